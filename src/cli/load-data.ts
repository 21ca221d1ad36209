import { basename, resolve } from "node:path";
import { digitsPreset } from "../app/digits-preset.ts";
import { digitNames, numberedNames } from "../data/class-names.ts";
import {
	type LabelledSource,
	partOf,
	sourceOf,
} from "../data/labelled-source.ts";
import { LAYOUTS } from "../data/layouts/index.ts";
import type { LoadOptions } from "../data/load-options.ts";
import { type LoadedSet, loadSet } from "../data/load-set.ts";
import type { ClassOptions } from "../data/mask.ts";
import type { UnetConfig } from "../unet/index.ts";
import { builtInDigits } from "./digits.ts";
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
	layout: {
		...option.choice(
			LAYOUTS.map(({ name }) => name),
			"how the files lie, see docs/data.md (recognised)",
		),
		value: "NAME",
	},
	map: option.valueMap('values or colours to classes: 255=1, "#ff0000=2"'),
	offset: option.rare(
		option.number(
			"N",
			"added to mask values that --map leaves out",
			"a whole number, for example -1",
			Number.isInteger,
		),
	),
	ignore: option.values("values or colours left out of loss and metrics"),
	pair: option.rare(
		option.text(
			"TEMPLATE",
			"masks' names, {} being the image's: \"{}_L.png\"",
			"a name with {} where the image's name stands",
		),
	),
	"allow-orphans": option.rare(
		option.flag("skip images without mask and the reverse"),
	),
};

/** The options as the loader takes them. */
export function loadOptions(values: {
	images: string | undefined;
	masks: string | undefined;
	map: Readonly<Record<number, number>> | undefined;
	ignore: readonly number[] | undefined;
	layout: string | undefined;
	offset: number | undefined;
	pair: string | undefined;
	"allow-orphans": boolean;
}): LoadOptions {
	return {
		...(values.images && { imagesPath: values.images }),
		...(values.masks && { masksPath: values.masks }),
		...(values.map && { map: values.map }),
		...(values.ignore && { ignore: values.ignore }),
		...(values.layout && { layout: values.layout }),
		...(values.offset !== undefined && { offset: values.offset }),
		...(values.pair && { pair: values.pair }),
		allowOrphans: values["allow-orphans"],
	};
}

/** The options that say what becomes of the images of a folder. */
export const SHAPE_OPTIONS = {
	size: option.size("resize all images to this height and width"),
	channels: option.rare(
		option.choice(["1", "3"], "gray or colour (as the images are)"),
	),
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
		...(typeof classes === "number" && { classes }),
		...(Array.isArray(classes) && {
			classes: classes.length,
			classNames: classes,
		}),
	};
}

/** How a training read its data: size, channels, classes, and what it took mask values for. */
export function optionsOfTraining(
	{ inChannels, classes }: Pick<UnetConfig, "inChannels" | "classes">,
	{
		size,
		classNames,
		// Without a map that of the layout would apply, which need not be the training's.
		map = {},
		offset,
		ignore,
	}: ClassOptions & Required<Pick<LoadOptions, "size" | "classNames">>,
): LoadOptions {
	return {
		size,
		classes,
		classNames,
		map,
		...(offset !== undefined && { offset }),
		...(ignore && { ignore }),
		...((inChannels === 1 || inChannels === 3) && { channels: inChannels }),
	};
}

/** A training set and a validation set. */
export interface TrainingData {
	/** For the run folder's default name. */
	readonly title: string;
	readonly train: LabelledSource;
	readonly valid: LabelledSource;
	/** Names of the images that are kept out. */
	readonly test: readonly string[];
	readonly classNames: readonly string[];
	/** How mask values became class numbers. */
	readonly labels: ClassOptions;
}

/** Reads a folder and divides it, or builds the digits. */
export async function loadTrainingData(
	dir: string,
	options: LoadOptions,
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
			labels: {},
		};
	}
	const loaded = await loadFolder(dir, options, terminal);
	const all = loaded.set;
	const { train, val, test } = divide(all.names, loaded.parts);
	return {
		title: basename(resolve(dir)),
		train: partOf(all, train),
		valid: partOf(all, val),
		test: test.map((i) => all.names[i]),
		classNames:
			options.classNames ?? loaded.classNames ?? numberedNames(all.classes),
		labels: loaded.labels,
	};
}

/** Reads the set in a folder or archive, telling how far it is. */
export async function loadFolder(
	dir: string,
	options: LoadOptions,
	terminal: Terminal,
): Promise<LoadedSet> {
	try {
		const loaded = await loadSet(dir, options, {
			warn: terminal.warn,
			progress: (done, total) =>
				terminal.progress(done, total, `reading ${done} of ${total} images`),
		});
		terminal.endProgress();
		const { set, layout } = loaded;
		terminal.note(
			`Data: ${set.count} images ${set.height}x${set.width}x${set.channels}, ${set.classes} classes (${dir}, layout ${layout})`,
		);
		return loaded;
	} finally {
		terminal.endProgress();
	}
}

/** The digits of the preset. */
export async function digits(
	seed: number,
): Promise<{ train: LabelledSource; val: LabelledSource }> {
	const { train, val } = digitsPreset;
	const sets = await builtInDigits({ train, val, seed });
	return { train: sourceOf(sets.train), val: sourceOf(sets.val) };
}
