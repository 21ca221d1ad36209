import { join } from "node:path";
import type { DigitsOptions } from "../data/compose-digits.ts";
import { makeDigits } from "../data/digits.ts";
import { DIGITS_FILE } from "../data/digits-file.ts";
import { SITE } from "./site.ts";

/** `makeDigits` of the file that comes with the page. */
export const builtInDigits = (options: DigitsOptions) =>
	makeDigits(options, join(SITE, DIGITS_FILE));
