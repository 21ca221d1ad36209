/** Most codes that GIF's LZW may define: 12 bits. */
const MAX_CODES = 4096;

/**
 * Decodes the LZW pixels of a GIF frame (GIF89a specification, appendix F)
 * that begin at `offset` with the code size; undefined when they are damaged
 * or fewer than `count`. Own code, because omggif's decoder, on a code that
 * is not defined yet, can follow its table in a circle for ever.
 */
export function decodeLzw(
	bytes: Uint8Array,
	offset: number,
	count: number,
): Uint8Array | undefined {
	const minBits = bytes[offset];
	if (!(minBits >= 1 && minBits <= 8)) return undefined;
	const clear = 1 << minBits;
	const end = clear + 1;
	const readCode = codeReader(bytes, offset + 1);
	// Each code is another code's pixels plus one more; first is its first pixel.
	const prefix = new Uint16Array(MAX_CODES);
	const last = new Uint8Array(MAX_CODES);
	const first = new Uint8Array(MAX_CODES);
	const length = new Uint32Array(MAX_CODES);
	for (let code = 0; code < clear; code++) {
		first[code] = code;
		last[code] = code;
		length[code] = 1;
	}
	const output = new Uint8Array(count);
	let written = 0;
	let bits = minBits + 1;
	let next = end + 1;
	let previous = -1;
	while (written < count) {
		const code = readCode(bits);
		if (code === undefined || code === end) return undefined;
		if (code === clear) {
			bits = minBits + 1;
			next = end + 1;
			previous = -1;
			continue;
		}
		if (previous >= 0 && next < MAX_CODES) {
			prefix[next] = previous;
			first[next] = first[previous];
			// The code read may be the one defined just now: it ends as it begins.
			last[next] = first[code];
			length[next] = length[previous] + 1;
			next++;
			if (next === 1 << bits && bits < 12) bits++;
		}
		if (code >= next) return undefined;
		let at = written + length[code];
		written = at;
		for (let c = code, n = length[code]; n > 0; n--, c = prefix[c]) {
			output[--at] = last[c];
		}
		previous = code;
	}
	return output;
}

/** Reads codes, low bits first, across the sub-blocks of a GIF. */
function codeReader(
	bytes: Uint8Array,
	start: number,
): (bits: number) => number | undefined {
	let at = start;
	let left = 0;
	let buffer = 0;
	let available = 0;
	return (bits) => {
		while (available < bits) {
			if (left === 0) {
				left = bytes[at++] ?? 0;
				if (left === 0) return undefined;
			}
			if (at >= bytes.length) return undefined;
			buffer |= bytes[at++] << available;
			available += 8;
			left--;
		}
		const code = buffer & ((1 << bits) - 1);
		buffer >>>= bits;
		available -= bits;
		return code;
	};
}
