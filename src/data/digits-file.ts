import { DIGIT_SIDE, type Digit } from "./compose-digits.ts";

/** Name of the file beside the page: gzip over a label and its pixels for every digit. */
export const DIGITS_FILE = "digits.bin";

const RECORD = 1 + DIGIT_SIDE ** 2;

/** The file's content before it is compressed. */
export function packDigits(digits: readonly Digit[]): Uint8Array {
	const bytes = new Uint8Array(digits.length * RECORD);
	digits.forEach(({ label, pixels }, i) => {
		bytes[i * RECORD] = label;
		bytes.set(pixels, i * RECORD + 1);
	});
	return bytes;
}

/** The digits of the file, which is a stream of its compressed bytes. */
export async function unpackDigits(file: ReadableStream): Promise<Digit[]> {
	const plain = file.pipeThrough(new DecompressionStream("gzip"));
	const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
	return Array.from({ length: bytes.length / RECORD }, (_, i) => ({
		label: bytes[i * RECORD],
		pixels: bytes.subarray(i * RECORD + 1, (i + 1) * RECORD),
	}));
}
