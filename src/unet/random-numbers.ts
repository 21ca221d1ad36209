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

/** Value number `index` of a stream, uniform in (0, 1), never either end. */
export function randomShare(
	seed: number,
	stream: number,
	index: number,
): number {
	return (randomBits(seed, stream, index) + 0.5) / 2 ** 32;
}

/** Value number `index` of a stream, normal with mean 0 and deviation 1, by Box and Muller (1958) from two uniform ones. */
export function standardNormal(
	seed: number,
	stream: number,
	index: number,
): number {
	const radius = Math.sqrt(-2 * Math.log(randomShare(seed, stream, 2 * index)));
	const angle = 2 * Math.PI * randomShare(seed, stream, 2 * index + 1);
	return radius * Math.cos(angle);
}
