// Stands in for node:zlib in the page, as far as the readers of PNG and zip use it.
import { unzlibSync } from "fflate";

/** Unpacks zlib data; an error's `code` is that of Node. */
export function inflateSync(
	data: Uint8Array,
	{ maxOutputLength }: { readonly maxOutputLength: number },
): Uint8Array {
	let result: Uint8Array;
	try {
		result = unzlibSync(data, { out: new Uint8Array(maxOutputLength + 1) });
	} catch (cause) {
		const { code, message } = cause as Error & { code?: number };
		// fflate's first code: the data ends too early.
		throw failed(message, code === 0 ? "Z_BUF_ERROR" : "Z_DATA_ERROR");
	}
	if (result.length > maxOutputLength) {
		throw failed("too much data", "ERR_BUFFER_TOO_LARGE");
	}
	return result;
}

function failed(message: string, code: string): Error {
	return Object.assign(new Error(message), { code });
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let sum = byte;
	for (let bit = 0; bit < 8; bit++) {
		sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
	}
	return sum;
});

/** The CRC-32 of zip files. */
export function crc32(bytes: Uint8Array): number {
	let sum = 0xffffffff;
	for (const byte of bytes) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 0xff];
	return (sum ^ 0xffffffff) >>> 0;
}
