/**
 * Value number `index` of stream `stream`: 32 random bits that depend on
 * nothing else, so every device and every order of calls gives the same.
 * MurmurHash3 x86_32 of the two words with `seed` (A. Appleby, public domain).
 */
export function randomBits(
	seed: number,
	stream: number,
	index: number,
): number {
	let h = seed >>> 0;
	for (const word of [stream, index]) {
		let k = Math.imul(word, 0xcc9e2d51);
		k = (k << 15) | (k >>> 17);
		h ^= Math.imul(k, 0x1b873593);
		h = (h << 13) | (h >>> 19);
		h = (Math.imul(h, 5) + 0xe6546b64) | 0;
	}
	h ^= 8;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform in (0, 1), never either end. */
function uniform(seed: number, stream: number, index: number): number {
	return (randomBits(seed, stream, index) + 0.5) / 2 ** 32;
}

/**
 * Inputs and outputs per weight of a [kh, kw, in, out] kernel: the kernel's
 * area times the channels (Keras `compute_fans`, PyTorch
 * `_calculate_fan_in_and_fan_out`).
 */
function fans(shape: readonly number[]): [number, number] {
	const [kh, kw, into, out] = shape;
	return [kh * kw * into, kh * kw * out];
}

/**
 * Uniform on ±sqrt(6 / (fanIn + fanOut)) for a kernel of four dimensions
 * (Glorot and Bengio 2010; Keras `GlorotUniform`, PyTorch `xavier_uniform_`).
 */
export function glorotUniform(
	shape: readonly number[],
	seed: number,
	stream: number,
): Float32Array {
	const [fanIn, fanOut] = fans(shape);
	const limit = Math.sqrt(6 / (fanIn + fanOut));
	return fill(shape, (i) => limit * (2 * uniform(seed, stream, i) - 1));
}

/**
 * Normal with standard deviation sqrt(2 / fanIn), for kernels before a ReLU
 * (He et al. 2015; PyTorch `kaiming_normal_`; Keras's `HeNormal` cuts at two deviations).
 */
export function heNormal(
	shape: readonly number[],
	seed: number,
	stream: number,
): Float32Array {
	const deviation = Math.sqrt(2 / fans(shape)[0]);
	// Box-Muller: two uniform numbers for each normal one.
	return fill(shape, (i) => {
		const radius = Math.sqrt(-2 * Math.log(uniform(seed, stream, 2 * i)));
		const angle = 2 * Math.PI * uniform(seed, stream, 2 * i + 1);
		return deviation * radius * Math.cos(angle);
	});
}

function fill(
	shape: readonly number[],
	value: (index: number) => number,
): Float32Array {
	const count = shape.reduce((a, b) => a * b, 1);
	return Float32Array.from({ length: count }, (_, i) => value(i));
}
