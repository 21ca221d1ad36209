/** A value of masks and what becomes of it. */
export interface FoundClass {
	readonly value: number;
	/** As people write it: a number, or a colour. */
	readonly text: string;
	/** Of all pixels. */
	readonly share: number;
	/** Of the class that it is; those of equal name are one. */
	readonly name: string;
	/** Whether its pixels are left out of loss and scores. */
	readonly ignored: boolean;
}

/** The names of the classes that values make, in order of their numbers. */
export function namesOf(values: readonly FoundClass[]): string[] {
	const names = values.filter((v) => !v.ignored).map(({ name }) => name);
	return [...new Set(names)];
}
