/**
 * Seeded random numbers whose state fits into a checkpoint.
 * No package here, because the training worker ships without dependencies.
 */
export interface Random {
	/** A whole number from 0 to 2^32 - 1. */
	next(): number;
	/** A whole number from 0 to `limit - 1`, without bias. */
	below(limit: number): number;
	/** Four 32-bit words for `restoreRandom`. */
	state(): number[];
}

/** A generator that gives the same numbers for the same whole-number seed. */
export function createRandom(seed: number): Random {
	// SplitMix32 spreads the seed over 128 bits, as the authors of xoshiro advise.
	return restoreRandom(STARTS.map((start) => mixed(seed + start)));
}

/**
 * A generator that belongs to a list of whole numbers, for example (seed,
 * epoch, image): what it gives depends on nothing that was drawn before.
 */
export function randomFor(...key: readonly number[]): Random {
	let words: readonly number[] = STARTS;
	for (const part of key) {
		words = words.map((word, i) => mixed(word ^ mixed(part + STARTS[i])));
	}
	return restoreRandom(words);
}

/** Multiples of 2^32 divided by the golden ratio, as SplitMix takes them. */
const STARTS = [1, 2, 3, 4].map((n) => Math.imul(n, 0x9e3779b9) >>> 0);

/** The finaliser of MurmurHash3: a bijection of 32-bit words whose bits all depend on all. */
function mixed(word: number): number {
	let x = word >>> 0;
	x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
	x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
	return (x ^ (x >>> 16)) >>> 0;
}

/**
 * Continues from a state given by `Random.state`: xoshiro128** 1.1
 * (Blackman and Vigna 2018, https://prng.di.unimi.it/xoshiro128starstar.c).
 */
export function restoreRandom(state: readonly number[]): Random {
	let [a, b, c, d] = state.map((word) => word >>> 0);
	function next(): number {
		const product = Math.imul(b, 5);
		const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
		const shifted = b << 9;
		c ^= a;
		d ^= b;
		b ^= c;
		a ^= d;
		c ^= shifted;
		d = (d << 11) | (d >>> 21);
		return result;
	}
	function below(limit: number): number {
		// Numbers of the last, incomplete range would favour small results.
		const fair = 2 ** 32 - (2 ** 32 % limit);
		let value = next();
		while (value >= fair) value = next();
		return value % limit;
	}
	return { next, below, state: () => [a, b, c, d].map((w) => w >>> 0) };
}

/** The numbers 0 to `count - 1` in random order (Fisher-Yates). */
export function shuffled(count: number, random: Random): Uint32Array {
	const order = Uint32Array.from({ length: count }, (_, i) => i);
	for (let i = count - 1; i > 0; i--) {
		const j = random.below(i + 1);
		const kept = order[i];
		order[i] = order[j];
		order[j] = kept;
	}
	return order;
}

/** A number from `low` to `high`, uniformly. */
export function uniform(random: Random, low: number, high: number): number {
	return low + (high - low) * (random.next() / 2 ** 32);
}

/** A normally distributed number with mean 0 and variance 1 (Box and Muller 1958). */
export function normal(random: Random): number {
	// Never log(0): the first number is above 0.
	const radius = Math.sqrt(-2 * Math.log((random.next() + 1) / 2 ** 32));
	return radius * Math.cos((2 * Math.PI * random.next()) / 2 ** 32);
}
