import { fileURLToPath } from "node:url";
import type { DigitsOptions } from "../src/data/compose-digits.ts";
import { makeDigits } from "../src/data/digits.ts";
import { DIGITS_FILE } from "../src/data/digits-file.ts";

/** `makeDigits` of the file that `npm run build` has made. */
export const digitSets = (options: DigitsOptions) =>
	makeDigits(
		options,
		fileURLToPath(new URL(`../dist/site/${DIGITS_FILE}`, import.meta.url)),
	);
