/** The CRC-32 of zip files. */
export const crc32 = /* @__PURE__ */ crcBy(0xedb88320);

/** CRC-32C, by the Castagnoli polynomial (RFC 3720, appendix B.4). */
export const crc32c = /* @__PURE__ */ crcBy(0x82f63b78);

/** A cyclic redundancy check of 32 bits by a polynomial with its bits reversed. */
function crcBy(polynomial: number): (bytes: Uint8Array) => number {
	/** Remainders of each byte. */
	const table = Uint32Array.from({ length: 256 }, (_, byte) => {
		let rest = byte;
		for (let bit = 0; bit < 8; bit++) {
			rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
		}
		return rest;
	});
	return (bytes) => {
		let rest = 0xffffffff;
		for (const byte of bytes) rest = (rest >>> 8) ^ table[(rest ^ byte) & 255];
		return ~rest >>> 0;
	};
}
