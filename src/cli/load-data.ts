import { basename, resolve } from "node:path";
import { digitsPreset } from "../app/digits-preset.ts";
import { digitNames, numberedNames } from "../data/class-names.ts";
import { makeDigits } from "../data/digits.ts";
import type { LoadOptions } from "../data/load-options.ts";
import { loadSet } from "../data/load-set.ts";
import { type SegmentationSet, subset } from "../data/segmentation-set.ts";
import * as option from "./option.ts";
import type { Divide } from "./split-options.ts";
import type { Terminal } from "./terminal.ts";

/** `--data digits` means the built-in set; a folder of that name is `./digits`. */
export const DIGITS = "digits";

/** The options that say how a folder is read. */
export const FOLDER_OPTIONS = {
	images: option.text(
		"PATH",
		"images: folder or .npy, within DIR or absolute",
		"a path",
	),
	masks: option.text("PATH", "masks: folder or .npy, likewise", "a path"),
	map: option.valueMap("mask values to class numbers, e.g. 255=1"),
	ignore: option.numbers("mask values left out of loss and metrics"),
	"allow-orphans": option.flag("skip images without mask and the reverse"),
};

/** The options as the loader takes them. */
export function loadOptions(values: {
	images: string | undefined;
	masks: string | undefined;
	map: Readonly<Record<number, number>> | undefined;
	ignore: readonly number[] | undefined;
	"allow-orphans": boolean;
}): LoadOptions {
	return {
		...(values.images && { imagesPath: values.images }),
		...(values.masks && { masksPath: values.masks }),
		...(values.map && { map: values.map }),
		...(values.ignore && { ignore: values.ignore }),
		allowOrphans: values["allow-orphans"],
	};
}

/** The options that say what becomes of the images of a folder. */
export const SHAPE_OPTIONS = {
	size: option.size("resize all images to this height and width"),
	channels: option.choice(["1", "3"], "gray or colour (as the images are)"),
	classes: option.classes("number of classes or their names (found)"),
};

/** These options as the loader takes them. */
export function shapeOptions({
	size,
	channels,
	classes,
}: {
	size: [number, number] | undefined;
	channels: "1" | "3" | undefined;
	classes: number | string[] | undefined;
}): LoadOptions {
	return {
		...(size && { size }),
		...(channels && { channels: channels === "1" ? 1 : 3 }),
		...(classes && {
			classes: typeof classes === "number" ? classes : classes.length,
		}),
	};
}

/** A training set and a validation set. */
export interface TrainingData {
	/** For the run folder's default name. */
	readonly title: string;
	readonly train: SegmentationSet;
	readonly valid: SegmentationSet;
	/** Names of the images that are kept out. */
	readonly test: readonly string[];
	readonly classNames: readonly string[];
}

/** Reads a folder and divides it, or builds the digits. */
export async function loadTrainingData(
	dir: string,
	options: LoadOptions & { classNames?: readonly string[] | undefined },
	{ divide, seed }: { divide: Divide; seed: number },
	terminal: Terminal,
): Promise<TrainingData> {
	if (dir === DIGITS) {
		terminal.note("Building the digits set");
		const { train, val } = await digits(seed);
		return {
			title: DIGITS,
			train,
			valid: val,
			test: [],
			classNames: digitNames(),
		};
	}
	const all = await loadFolder(dir, options, terminal);
	const { train, val, test } = divide(all.names);
	return {
		title: basename(resolve(dir)),
		train: subset(all, train),
		valid: subset(all, val),
		test: test.map((i) => all.names[i]),
		classNames: options.classNames ?? numberedNames(all.classes),
	};
}

/** Reads the set in a folder, telling how far it is. */
export async function loadFolder(
	dir: string,
	options: LoadOptions,
	terminal: Terminal,
): Promise<SegmentationSet> {
	try {
		const set = await loadSet(dir, options, {
			warn: terminal.warn,
			progress: (done, total) =>
				terminal.progress(done, total, `reading ${done} of ${total} images`),
		});
		terminal.endProgress();
		terminal.note(
			`Data: ${set.count} images ${set.height}x${set.width}x${set.channels}, ${set.classes} classes (${dir})`,
		);
		return set;
	} finally {
		terminal.endProgress();
	}
}

/** The digits of the preset. */
export function digits(
	seed: number,
): Promise<{ train: SegmentationSet; val: SegmentationSet }> {
	const { train, val } = digitsPreset;
	return makeDigits({ train, val, seed });
}
