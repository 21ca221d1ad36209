// Node only: reads the digits from disk.
import { readFile } from "node:fs/promises";
import { composeDigits, type DigitsOptions } from "./compose-digits.ts";
import { unpackDigits } from "./digits-file.ts";
import { DataError } from "./errors.ts";
import type { SegmentationSet } from "./segmentation-set.ts";

/**
 * The sets of `composeDigits`, of the digits in a file that the build makes.
 * Throws DataError when it is missing.
 */
export async function makeDigits(
	options: DigitsOptions,
	file: string | URL,
): Promise<{ train: SegmentationSet; val: SegmentationSet }> {
	const bytes = await readFile(file).catch(() => {
		throw new DataError(
			"the built-in digits are not there; run `npm run build`, or install wgrad again",
			String(file),
		);
	});
	return composeDigits(options, await unpackDigits(new Blob([bytes]).stream()));
}
