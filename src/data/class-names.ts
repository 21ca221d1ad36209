import { DIGITS_BACKGROUND } from "./compose-digits.ts";

/** Names of the digits' classes. */
export function digitNames(): string[] {
	return [...numberedNames(DIGITS_BACKGROUND), "background"];
}

/** Classes that nobody has named: `0`, `1`, ... */
export function numberedNames(classes: number): string[] {
	return Array.from({ length: classes }, (_, i) => String(i));
}

/** The class painted black: the one called background, else class 0. */
export function backgroundOf(classNames: readonly string[]): number {
	return Math.max(0, classNames.indexOf("background"));
}
