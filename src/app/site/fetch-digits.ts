import type { Digit } from "../../data/compose-digits.ts";
import { DIGITS_FILE, unpackDigits } from "../../data/digits-file.ts";

/** Fetches the digits that lie beside the page. */
export async function fetchDigits(base: string): Promise<Digit[]> {
	const response = await fetch(new URL(DIGITS_FILE, base));
	if (!response.ok || !response.body) {
		throw new Error(
			`the digits did not load (${response.status}); the folder of the page must hold ${DIGITS_FILE}`,
		);
	}
	return unpackDigits(response.body);
}
