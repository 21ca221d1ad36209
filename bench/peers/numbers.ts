/**
 * `length` numbers in [0, 1), the same in every language: number i is a hash of
 * seed and i (lowbias32, Chris Wellons), its upper 24 bits, exact in f32.
 * bench/torch_unet.py has the same formula.
 */
export function uniform(seed: number, length: number): Float32Array {
	const start = Math.imul(seed, 0x9e3779b9);
	const values = new Float32Array(length);
	for (let i = 0; i < length; i++) {
		let h = (i + start) >>> 0;
		h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
		h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
		h ^= h >>> 16;
		values[i] = (h >>> 8) / 2 ** 24;
	}
	return values;
}

/** `length` numbers in [-limit, limit). */
export function symmetric(
	seed: number,
	length: number,
	limit: number,
): Float32Array {
	return uniform(seed, length).map((u) => (2 * u - 1) * limit);
}

/** `length` class numbers. */
export function classNumbers(
	seed: number,
	length: number,
	classes: number,
): Int32Array {
	return Int32Array.from(uniform(seed, length), (u) => Math.floor(u * classes));
}
