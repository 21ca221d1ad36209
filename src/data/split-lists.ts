import { DataError, formatList } from "./errors.ts";
import {
	checkDisjoint,
	type Split,
	type SplitPlan,
	splitIndices,
} from "./split.ts";

/** Image names that a file lists, with the file for messages. */
export interface NameList {
	readonly file: string;
	readonly names: readonly string[];
}

/** Parts that files list; the plan divides what is left. */
export interface SplitLists {
	/** Without it, all images that are on no other list train. */
	readonly train?: NameList | undefined;
	readonly val?: NameList | undefined;
	readonly test?: NameList | undefined;
}

/**
 * The names in a list file: the first word of each line (so that VOC's
 * `ImageSets`, the pets' `trainval.txt` and CamVid's `train.txt` are read as
 * they are); empty lines and those that begin with # are passed over.
 * Throws DataError when there is none.
 */
export function parseNames(text: string, file: string): NameList {
	const names = text
		.replace(/^\uFEFF/, "")
		.split(/\r?\n/)
		.map((line) => line.trim().split(/\s+/)[0])
		.filter((name) => name !== "" && !name.startsWith("#"));
	if (names.length === 0) {
		throw new DataError("lists no image; write one name per line", file);
	}
	return { file, names };
}

/** The persisted form of a split, `split.json`: names of images by part. */
export interface NamedSplit {
	readonly train: readonly string[];
	readonly valid: readonly string[];
	readonly test?: readonly string[];
}

/** Reads `split.json`. Throws DataError naming the field that is wrong. */
export function parseSplit(text: string, file: string): NamedSplit {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new DataError("is no JSON; give the split.json of a run", file);
	}
	const parts = value as Partial<Record<string, unknown>> | null;
	const isNames = (part: unknown) =>
		Array.isArray(part) && part.every((name) => typeof name === "string");
	for (const field of ["train", "valid", "test"]) {
		const part = parts?.[field];
		if (!isNames(part) && !(field === "test" && part === undefined)) {
			throw new DataError(
				`${field} is no list of image names; give the split.json of a run`,
				file,
			);
		}
	}
	return value as NamedSplit;
}

/** The indices of a persisted split among a set's images. Throws DataError for names that are not there. */
export function splitOf(
	{ train, valid, test = [] }: NamedSplit,
	file: string,
	names: readonly string[],
): Split {
	const find = finder(names);
	const split = {
		train: find({ file, names: train }),
		val: find({ file, names: valid }),
		test: find({ file, names: test }),
	};
	checkDisjoint(split, names);
	return split;
}

/** The listed images among a set's. Throws DataError for names that are not there. */
export function indicesOf(list: NameList, names: readonly string[]): number[] {
	return finder(names)(list);
}

/**
 * Divides a set's images by lists and a plan: what no list names is divided
 * by the plan, or the training list is if there is one. `missing` is told of
 * names that are not in the set, instead of an error.
 */
export function splitByLists(
	names: readonly string[],
	lists: SplitLists,
	plan: SplitPlan,
	missing?: (message: string) => void,
): Split {
	const find = finder(names, missing);
	const listed = {
		val: lists.val && find(lists.val),
		test: lists.test && find(lists.test),
	};
	const taken = new Set([...(listed.val ?? []), ...(listed.test ?? [])]);
	const pool = lists.train
		? find(lists.train)
		: Array.from(names, (_, i) => i).filter((i) => !taken.has(i));
	const divided = splitIndices(pool.length, {
		...plan,
		...(listed.val && { val: 0 }),
		...(listed.test && { test: 0 }),
	});
	const members = (part: number[]) => part.map((i) => pool[i]);
	const split = {
		train: members(divided.train),
		val: listed.val ?? members(divided.val),
		test: listed.test ?? members(divided.test),
	};
	checkDisjoint(split, names);
	return split;
}

/** Finds listed names among a set's: by name, or without folder or extension. */
function finder(
	names: readonly string[],
	missing?: (message: string) => void,
): (list: NameList) => number[] {
	const known = new Map<string, number[]>();
	for (const [i, name] of names.entries()) {
		for (const key of new Set(spellings(name))) {
			known.set(key, [...(known.get(key) ?? []), i]);
		}
	}
	return (list) => {
		const found = new Set<number>();
		const lost: string[] = [];
		for (const name of list.names) {
			const key = spellings(name).find((k) => known.has(k));
			const [index, other] = key === undefined ? [] : (known.get(key) ?? []);
			if (other !== undefined) {
				throw new DataError(
					`${name} may be ${names[index as number]} or ${names[other]}; write the whole name`,
					list.file,
				);
			}
			if (index === undefined) lost.push(name);
			else found.add(index);
		}
		if (lost.length > 0) {
			const message = `lists ${formatList(lost)}, which ${lost.length === 1 ? "is" : "are"} not in the data`;
			if (!missing || found.size === 0) {
				throw new DataError(
					`${message}; remove the lines or add the images`,
					list.file,
				);
			}
			missing(`${list.file}: ${message}; passed over`);
		}
		return [...found].sort((a, b) => a - b);
	};
}

/** How a list may write a name, the most exact first. */
function spellings(name: string): string[] {
	const path = name.replaceAll("\\", "/");
	const base = path.slice(path.lastIndexOf("/") + 1);
	return [path, base, base.replace(/\.[A-Za-z]{1,4}$/, "")];
}
