import { DIGIT_SIDE, type Digit } from "../../data/compose-digits.ts";

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

/** Fetches the digits that lie beside the page. */
export async function fetchDigits(base: string): Promise<Digit[]> {
	const response = await fetch(new URL(DIGITS_FILE, base));
	if (!response.ok || !response.body) {
		throw new Error(
			`the digits did not load (${response.status}); the folder of the page must hold ${DIGITS_FILE}`,
		);
	}
	const plain = response.body.pipeThrough(new DecompressionStream("gzip"));
	const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
	return Array.from({ length: bytes.length / RECORD }, (_, i) => ({
		label: bytes[i * RECORD],
		pixels: bytes.subarray(i * RECORD + 1, (i + 1) * RECORD),
	}));
}
