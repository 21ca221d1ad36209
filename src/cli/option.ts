// The kinds of options; each gives one entry of a command's table.
import * as v from "valibot";
import { parseValue } from "../data/palette.ts";
import type { Option } from "./command.ts";

/** A switch. */
export function flag(help: string): Option<boolean> {
	return {
		help,
		wanted: "no value",
		schema: v.optional(v.boolean(), false),
	};
}

/** An option that only `--help-all` shows. */
export function rare<T>(each: Option<T>): Option<T> & { rare: true } {
	return { ...each, rare: true };
}

/** Any text. */
export function text(
	value: string,
	help: string,
	wanted: string,
): Option<string | undefined> {
	return { value, help, wanted, schema: v.optional(filled) };
}

/** A text that may be given several times. */
export function texts(
	value: string,
	help: string,
	wanted: string,
): Option<string[] | undefined> {
	const schema = v.optional(v.array(filled));
	return { value, help, wanted, multiple: true, schema };
}

/** A text that must be given. */
export function requiredText(
	value: string,
	help: string,
	wanted: string,
): Option<string> & { required: true } {
	return { value, help, wanted, required: true, schema: filled };
}

/** A text that may be given several times and must be once. */
export function requiredTexts(
	value: string,
	help: string,
	wanted: string,
): Option<string[]> & { required: true } {
	const schema = v.array(filled);
	return { value, help, wanted, required: true, multiple: true, schema };
}

const filled = v.pipe(v.string(), v.trim(), v.minLength(1));

/** A decimal number; `accept` says which. */
export function number(
	value: string,
	help: string,
	wanted: string,
	accept: (n: number) => boolean,
): Option<number | undefined> {
	const schema = v.optional(
		v.pipe(
			filled,
			v.transform(Number),
			v.check((n) => Number.isFinite(n) && accept(n)),
		),
	);
	return { value, help, wanted, schema };
}

/** A whole number from `low` to `high`. */
export function wholeNumber(
	value: string,
	help: string,
	low: number,
	high = 2 ** 31 - 1,
): Option<number | undefined> {
	const wanted =
		high === 2 ** 31 - 1
			? `a whole number of at least ${low}`
			: `a whole number from ${low} to ${high}`;
	return number(
		value,
		help,
		wanted,
		(n) => Number.isInteger(n) && n >= low && n <= high,
	);
}

/** One of some words; `value` stands for them in the help where they are many. */
export function choice<const C extends readonly string[]>(
	choices: C,
	help: string,
	value = choices.join("|"),
): Option<C[number] | undefined> {
	return {
		value,
		help,
		wanted: choices.join(" or "),
		choices,
		schema: v.optional(v.picklist(choices)),
	};
}

/** One of some words, which must be given. */
export function requiredChoice<const C extends readonly string[]>(
	choices: C,
	help: string,
	value?: string,
): Option<C[number]> {
	const schema = v.picklist(choices);
	return { ...choice(choices, help, value), required: true, schema };
}

/** Several of some words, separated by commas. */
export function words(
	choices: readonly string[],
	help: string,
): Option<string[] | undefined> {
	const schema = v.optional(
		v.pipe(
			filled,
			v.transform((s) => [...new Set(s.split(",").map((word) => word.trim()))]),
			v.check((list) => list.every((word) => choices.includes(word))),
		),
	);
	const wanted = `one or more of ${choices.join(", ")}, with commas between`;
	return { value: "WHAT,...", help, wanted, schema };
}

/** Height and width, `HxW`. */
export function size(help: string): Option<[number, number] | undefined> {
	const schema = v.optional(
		v.pipe(
			v.string(),
			v.regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/i),
			v.transform((s) => s.toLowerCase().split("x").map(Number)),
			v.tuple([v.number(), v.number()]),
		),
	);
	const wanted = "height and width in pixels as HxW, for example 128x128";
	return { value: "HxW", help, wanted, schema };
}

/** Replacements of mask values, `1=0,2=1`. */
export function valueMap(
	help: string,
): Option<Record<number, number> | undefined> {
	const schema = v.optional(
		v.pipe(
			v.string(),
			v.regex(new RegExp(`^${MASK_VALUE}=\\d+(,${MASK_VALUE}=\\d+)*$`, "i")),
			v.transform((s) => s.split(",").map((pair) => pair.split("="))),
			v.check((pairs) => pairs.every(([, to]) => Number(to) < 255)),
			v.transform((pairs) =>
				Object.fromEntries(
					pairs.map(([from, to]) => [parseValue(from), Number(to)]),
				),
			),
		),
	);
	const wanted =
		'pairs of mask value or "#RRGGBB" and class number (0 to 254), for example 255=1 or 1=0,2=1';
	return { value: "FROM=TO,...", help, wanted, schema };
}

/** A whole number, or a colour as #RRGGBB. */
const MASK_VALUE = "(-?\\d+|#[0-9a-f]{6})";

/** Mask values, `0,255` or `#ffffff`. */
export function values(help: string): Option<number[] | undefined> {
	const schema = v.optional(
		v.pipe(
			v.string(),
			v.regex(new RegExp(`^${MASK_VALUE}(,${MASK_VALUE})*$`, "i")),
			v.transform((s) => s.split(",").map(parseValue)),
		),
	);
	const wanted =
		'mask values or colours separated by commas, for example 255 or "#ffffff"';
	return { value: "V,...", help, wanted, schema };
}

/** A number of classes or their names. */
export function classes(help: string): Option<number | string[] | undefined> {
	const schema = v.optional(
		v.union([
			v.pipe(
				v.string(),
				v.regex(/^\d+$/),
				v.transform(Number),
				v.check((n) => n >= 2 && n <= 255),
			),
			v.pipe(
				v.string(),
				v.regex(/[^\d\s]/),
				v.transform((s) => s.split(",").map((name) => name.trim())),
				v.check(
					(names) =>
						names.length >= 2 &&
						names.length <= 255 &&
						names.every((name) => name !== "") &&
						new Set(names).size === names.length,
				),
			),
		]),
	);
	const wanted =
		"a whole number from 2 to 255, or as many different names separated by commas";
	return { value: "N|A,B,...", help, wanted, schema };
}

/** How classes are weighted in the loss. */
export function classWeights(
	help: string,
): Option<"auto" | "none" | number[] | undefined> {
	const list = v.pipe(
		v.string(),
		v.transform((s) => s.split(",").map((part) => Number(part.trim() || "x"))),
		v.check(
			(weights) =>
				weights.every((w) => Number.isFinite(w) && w >= 0) &&
				weights.some((w) => w > 0),
		),
	);
	const schema = v.optional(
		v.union([v.literal("auto"), v.literal("none"), list]),
	);
	const wanted =
		"auto, none, or one number of at least 0 per class, separated by commas";
	return { value: "auto|none|W,...", help, wanted, schema };
}
