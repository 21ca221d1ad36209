import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { DataError, UsageError } from "../data/errors.ts";
import type { Parts } from "../data/layouts/layout.ts";
import type { Split, SplitPlan } from "../data/split.ts";
import {
	type NamedSplit,
	type NameList,
	parseNames,
	parseSplit,
	type SplitLists,
	splitByLists,
	splitOf,
} from "../data/split-lists.ts";
import type { Option } from "./command.ts";
import * as option from "./option.ts";

/** A share, a number of images, or a file that lists them. */
function part(
	value: string,
	help: string,
): Option<number | string | undefined> {
	const amount = v.pipe(
		v.string(),
		v.check((text) => text.trim() !== "" && Number.isFinite(Number(text))),
		v.transform(Number),
		v.check((n) => n > 0 && (n < 1 || Number.isInteger(n))),
	);
	const file = v.pipe(
		v.string(),
		v.trim(),
		v.minLength(1),
		v.check((text) => Number.isNaN(Number(text))),
	);
	const wanted =
		"a share between 0 and 1, for example 0.2, a whole number of images, or a file that lists them";
	return { value, help, wanted, schema: v.optional(v.union([amount, file])) };
}

const fold: Option<[number, number] | undefined> = {
	value: "K/N",
	help: "validate on fold K of N (instead of --val)",
	wanted: "a fold and their number, at least 2, for example 1/5",
	schema: v.optional(
		v.pipe(
			v.string(),
			v.regex(/^\d{1,6}\/\d{1,6}$/),
			v.transform((text) => text.split("/").map(Number)),
			v.tuple([v.number(), v.number()]),
			v.check(([k, of]) => of >= 2 && k >= 1 && k <= of),
		),
	),
};

/** The options that decide which images train, validate and test. */
export const SPLIT_OPTIONS = {
	val: part("SHARE|N|FILE", "images that validate; FILE lists them (0.2)"),
	test: option.rare(
		part("SHARE|N|FILE", "images kept out of the training (none)"),
	),
	train: option.rare(
		option.text("FILE", "only the images listed train", "a file"),
	),
	pick: option.rare(
		option.choice(
			["random", "head", "tail"],
			"which validate and test: any, the first, the last (random)",
		),
	),
	fold: option.rare(fold),
	split: option.rare(
		option.text(
			"RUN|FILE",
			"the split.json of an earlier run, as it is",
			"a run folder or a split.json",
		),
	),
};

type Values = {
	readonly [K in keyof typeof SPLIT_OPTIONS]: (typeof SPLIT_OPTIONS)[K] extends Option<
		infer T
	>
		? T
		: never;
};

/** Divides images by their names; `own` is the division that comes with them. */
export type Divide = (names: readonly string[], own?: Parts) => Split;

/**
 * The division that the options ask for, else the data's own, else the
 * `usual` one; files are read at once, so that a wrong one is reported before
 * the images are read. `missing` is told of listed images that are not there,
 * instead of an error. Throws UsageError for options that exclude each other,
 * DataError for bad files.
 */
export function divisionOf(
	values: Values,
	seed: number,
	usual: Omit<SplitPlan, "seed"> = {},
	missing?: (message: string) => void,
): Divide {
	const { val, test, train, pick, fold, split } = values;
	if (split !== undefined) {
		excludes("split", values, ["val", "test", "train", "pick", "fold"]);
		const { file, parts } = readSplit(split);
		return (names) => splitOf(parts, file, names);
	}
	if (fold) excludes("fold", values, ["val"]);
	const list = (path: number | string | undefined): NameList | undefined =>
		typeof path === "string" ? parseNames(read(path), path) : undefined;
	const lists = { train: list(train), val: list(val), test: list(test) };
	const amount = (given: number | string | undefined) =>
		typeof given === "number" ? given : undefined;
	const free = [val, test, train, pick, fold].every((v) => v === undefined);
	const plan: SplitPlan = {
		...(free ? usual : { val: amount(val), test: amount(test), pick, fold }),
		seed,
	};
	return (names, own) =>
		free && own
			? splitByLists(names, listsOf(own), { seed }, missing)
			: splitByLists(names, lists, plan, missing);
}

function listsOf({ train, valid, test }: Parts): SplitLists {
	const list = (names: readonly string[]): NameList => ({
		file: "the data's own list",
		names,
	});
	return {
		train: list(train),
		val: list(valid),
		...(test && { test: list(test) }),
	};
}

/** Throws UsageError if an option is given that divides images; the digits come divided. */
export function refuseDivision(values: Values): void {
	for (const name of Object.keys(SPLIT_OPTIONS) as (keyof Values)[]) {
		if (values[name] !== undefined) {
			throw new UsageError(
				`--${name} does not apply to the built-in digits, which come as two sets; leave it out, or write them to a folder with wgrad data digits`,
			);
		}
	}
}

/** Reads the `split.json` of a run, given its folder or the file. */
export function readSplit(path: string): { file: string; parts: NamedSplit } {
	const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
	const file = folder ? join(path, "split.json") : path;
	return { file, parts: parseSplit(read(file), file) };
}

function excludes(
	name: string,
	values: Values,
	others: readonly (keyof Values)[],
): void {
	const other = others.find((each) => values[each] !== undefined);
	if (other === undefined) return;
	throw new UsageError(
		`--${name} and --${other} exclude each other; leave one of them out`,
	);
}

function read(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const problem =
			code === "ENOENT"
				? "does not exist; check the path"
				: `cannot be read (${code})`;
		throw new DataError(problem, path);
	}
}
