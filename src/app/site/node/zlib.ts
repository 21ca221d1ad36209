// Stands in for node:zlib in the page, as far as the readers of PNG and zip use it.
import { unzlibSync } from "fflate";

export { crc32 } from "../../../data/crc.ts";

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
