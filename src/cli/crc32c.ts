/** Remainders of each byte, of the Castagnoli polynomial with its bits reversed. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let rest = byte;
	for (let k = 0; k < 8; k++) {
		rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
	}
	return rest;
});

/** CRC-32C of bytes (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
	let rest = 0xffffffff;
	for (const byte of bytes) {
		rest = (rest >>> 8) ^ TABLE[(rest ^ byte) & 255];
	}
	return ~rest >>> 0;
}
