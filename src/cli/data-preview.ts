import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type AugmentConfig, augment } from "../data/augment.ts";
import { AUGMENTATIONS } from "../data/augmentations.ts";
import { randomOf, readBatch } from "../data/batches.ts";
import { backgroundOf, digitNames } from "../data/class-names.ts";
import { UsageError } from "../data/errors.ts";
import { overlay, type Picture, sheetPng } from "../data/picture.ts";
import { createRandom, shuffled } from "../data/random.ts";
import { resizeImage, resizeNearest } from "../data/resize.ts";
import type { SampleSource } from "../data/sample-source.ts";
import { AUGMENT_OPTIONS, resolveAugment } from "./augment-options.ts";
import { command } from "./command.ts";
import {
	DIGITS,
	digits,
	FOLDER_OPTIONS,
	loadFolder,
	loadOptions,
	SHAPE_OPTIONS,
	shapeOptions,
} from "./load-data.ts";
import * as option from "./option.ts";
import { pictureOf } from "./pictures.ts";
import { openOutput } from "./run-folder.ts";
import { openTerminal } from "./terminal.ts";

/** Larger pictures are shrunk to this many pixels on their longer side. */
const LARGEST = 192;

/** `wgrad data preview`. */
export const preview = command({
	name: "data preview",
	summary:
		"Draws images and masks as they are and as augmentation changes them.",
	positionals: { usage: "DIR|digits", max: 1 },
	options: {
		out: option.requiredText("FILE", "PNG to write", "the name of a new PNG"),
		...AUGMENT_OPTIONS,
		count: option.wholeNumber("N", "images, one a row (6)", 1, 100),
		copies: option.wholeNumber("N", "changed copies of each (3)", 1, 20),
		seed: option.wholeNumber("N", "of the choice and of the changes (0)", 0),
		...FOLDER_OPTIONS,
		...SHAPE_OPTIONS,
		json: option.flag("print what was drawn as JSON"),
	},
	example:
		"wgrad data preview pets --size 128x128 --augment flips,rotation=15,hue --out sheet.png",
	notes: [
		"Each pair of columns is an image and the same with its mask over it; the first pair",
		"is as stored. The palest colour (224, 224, 192) marks ignored pixels. LIST has, with",
		"=STRENGTH or =LOW:HIGH and @PROBABILITY where the usual ones do not suit:",
		...lines(["flips", ...Object.keys(AUGMENTATIONS)].join(", ")),
	],
	async run(values, [dir]) {
		if (dir === undefined) {
			throw new UsageError(
				"the folder is missing; for example: wgrad data preview pets --augment flips --out sheet.png",
			);
		}
		if (existsSync(values.out)) {
			throw new UsageError(
				`--out ${values.out}: exists already; choose another name, or remove it`,
			);
		}
		const terminal = openTerminal();
		const { seed = 0, count = 6, copies = 3 } = values;
		const { set, classNames = [] } =
			dir === DIGITS
				? { set: (await digits(seed)).train, classNames: digitNames() }
				: await loadFolder(
						dir,
						{ ...loadOptions(values), ...shapeOptions(values) },
						terminal,
					);
		const config = resolveAugment(values, set, classNames);
		const folder = openOutput(dirname(values.out));
		const chosen = [...shuffled(set.count, createRandom(seed))].slice(0, count);
		const background = backgroundOf(classNames);
		const rows: Picture[][] = [];
		for (const index of chosen) {
			rows.push(
				await drawRow(set, index, { config, copies, seed, background }),
			);
		}
		const out = folder.write(basename(values.out), sheetPng(rows));
		const images = chosen.map((index) => set.names[index]);
		terminal.result(
			values.json
				? JSON.stringify({ out, images, augment: config }, null, "\t")
				: `${out}: ${images.join(", ")}`,
		);
		return 0;
	},
});

/** Breaks a list into lines that fit a screen. */
function lines(list: string): string[] {
	return (list.match(/.{1,90}(?:, |$)/g) ?? []).map((line) => line.trimEnd());
}

/** Pairs of image and overlay: as stored, then changed as in one epoch after the other. */
async function drawRow(
	source: SampleSource,
	index: number,
	options: {
		config: AugmentConfig;
		copies: number;
		seed: number;
		background: number;
	},
): Promise<Picture[]> {
	const { config, copies, seed, background } = options;
	const { height, width, channels } = source;
	const row: Picture[] = [];
	for (let copy = 0; copy <= copies; copy++) {
		const { x, labels } = await readBatch(source, [index]);
		if (copy > 0) {
			const random = randomOf(seed, { index, epoch: copy - 1, repeat: 0 });
			augment({ x, labels, height, width, channels }, config, random);
		}
		const picture = pictureOf(x, { ...source, scale: 1 });
		const size = shrunk(picture);
		const small = resizeImage(picture, size);
		const ids = resizeNearest(labels, picture, size);
		row.push(small, overlay(small, ids, 0.5, { background }));
	}
	return row;
}

function shrunk({ height, width }: { height: number; width: number }) {
	const factor = Math.min(LARGEST / Math.max(height, width), 1);
	const side = (n: number) => Math.max(Math.round(n * factor), 1);
	return { height: side(height), width: side(width) };
}
