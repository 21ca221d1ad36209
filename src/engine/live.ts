import { ShapeError } from "./errors.ts";

/** A number that is looked up whenever an op with it runs, also in each replay of a captured step. */
export class Live {
	readonly #now: () => number;
	constructor(now: () => number) {
		this.#now = now;
	}
	get value(): number {
		return this.#now();
	}
}

/**
 * A number for attributes that change from one replay of a captured step to
 * the next, such as a learning rate: `live(() => rate)`. Ops say which of
 * their attributes take one.
 */
export function live(now: () => number): Live {
	return new Live(now);
}

/** Attributes whose numbers may be live. */
export type WithLive<A> = {
	[K in keyof A]: A[K] extends number ? A[K] | Live : A[K];
};

/** Whether any attribute is live. */
export function hasLive(attrs: object): boolean {
	return Object.values(attrs).some((v) => v instanceof Live);
}

/** The attributes with live numbers as they are now. */
export function resolved<A extends object>(attrs: WithLive<A>): A {
	if (!hasLive(attrs)) return attrs as A;
	return Object.fromEntries(
		Object.entries(attrs).map(([key, v]) => [
			key,
			v instanceof Live ? v.value : v,
		]),
	) as A;
}

/** Rejects live numbers where an op's gradient or launch would take them as they were once. */
export function checkLive(
	name: string,
	attrs: object,
	taken: readonly PropertyKey[] = [],
): void {
	for (const [key, v] of Object.entries(attrs)) {
		if (v instanceof Live && !taken.includes(key)) {
			const others = taken.length ? `; live can be ${taken.join(", ")}` : "";
			throw new ShapeError(`${name}: ${key} must be a plain number${others}`);
		}
	}
}
