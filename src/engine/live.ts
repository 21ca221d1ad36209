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

/** `f` of a number, live where that is. */
export function mapLive(
	value: number | Live,
	f: (value: number) => number,
): number | Live {
	return value instanceof Live ? live(() => f(value.value)) : f(value);
}

/** What is done on the host before each replay of the step that is being recorded. */
let effects: (() => void)[] | undefined;

/** Runs `f`, and returns what it asked for with `eachRun`. */
export function collectEffects(f: () => void): (() => void)[] {
	const outside = effects;
	const found: (() => void)[] = [];
	effects = found;
	try {
		f();
		return found;
	} finally {
		effects = outside;
	}
}

/**
 * A number that the host computes anew in each run of a step, such as a count
 * of steps: `eachRun(() => ++count, count + 1)`. Outside `capture` it is `now()`.
 * In a captured step `now` runs before each replay, and the result is live;
 * `first` stands for it while the step is recorded.
 */
export function eachRun(now: () => number, first: number): number | Live {
	if (!effects) return now();
	let value = first;
	effects.push(() => {
		value = now();
	});
	return live(() => value);
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
