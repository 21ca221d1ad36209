import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Job, JobEvent } from "../app/job.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { stemOf } from "../data/files.ts";
import type { Image } from "../data/image.ts";
import { indexPng, overlayPng, palettePng } from "../data/picture.ts";
import { listInputs, readInput } from "../data/predict-input.ts";
import { resizeImage, resizeScores, type Size } from "../data/resize.ts";
import { command } from "./command.ts";
import { CHECKPOINT_OPTION } from "./eval.ts";
import { InterruptedError, listenForInterrupt } from "./interrupt.ts";
import { type Checkpoint, readCheckpoint } from "./load-checkpoint.ts";
import { backgroundOf } from "./load-data.ts";
import * as option from "./option.ts";
import { type OutputFolder, openOutput } from "./run-folder.ts";
import { chooseWhere, runOn, WHERE_OPTIONS } from "./run-on.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { resolveTune, TUNE_OPTION } from "./tune.ts";

/** Images per batch. */
const BATCH = 4;

/** `wgrad predict`. */
export const predict = command({
	name: "predict",
	summary: "Segments images: class numbers, colours and overlay as PNG files.",
	positionals: { usage: "[MORE FILES...]", max: Number.POSITIVE_INFINITY },
	options: {
		checkpoint: CHECKPOINT_OPTION,
		input: option.requiredTexts(
			"FILE|DIR",
			"images or folders of them; may be repeated",
			"image files or folders",
		),
		out: option.requiredText("DIR", "folder for the pictures", "a folder"),
		...TUNE_OPTION,
		...WHERE_OPTIONS,
		json: option.flag("print the files written as JSON"),
	},
	example:
		"wgrad predict --checkpoint runs/pets-1 --input cat.jpg dog.jpg --out out",
	notes: [
		"NAME.png has the class numbers, NAME-palette.png their colours, NAME-overlay.png",
		"both over the image; all at the image's own size. No file is overwritten.",
	],
	async run(values, positionals) {
		const terminal = openTerminal();
		const interrupt = listenForInterrupt();
		const where = chooseWhere(values);
		const tune = resolveTune(values.tune, where.device);
		const checkpoint = await readCheckpoint(values.checkpoint);
		const channels = inputChannels(checkpoint);
		const paths = await listInputs([...values.input, ...positionals]);
		const names = outputNames(paths);
		const folder = openOutput(values.out);
		refuseOverwriting(folder, names);

		const [height, width] = checkpoint.preprocessing.size;
		const pixels = height * width * channels;
		const images = new Uint8Array(paths.length * pixels);
		for (const [i, path] of paths.entries()) {
			const read = readInput(path, channels, terminal.warn);
			const image = await interrupt.abandonable(read);
			images.set(resizeImage(image, { height, width }).data, i * pixels);
			const text = `reading ${i + 1} of ${paths.length} images`;
			terminal.progress(i + 1, paths.length, text);
		}
		terminal.endProgress();

		const written: { input: string; files: string[] }[] = [];
		const host = {
			read(name: string) {
				if (name === "checkpoint") return checkpoint.bytes;
				const first = Number(name.split("/")[1]) * pixels;
				return images.subarray(first, first + pixels);
			},
			event(event: JobEvent) {
				if (event.type !== "progress") return;
				const text = `${event.done} of ${event.total} images`;
				terminal.progress(event.done, event.total, text);
			},
			async write(name: string, bytes: Uint8Array) {
				const i = Number(name.split("/")[1]);
				// Read again at its own size, so that no more than one large image is held.
				const image = await readInput(paths[i], channels, () => {});
				const ids = classify(bytes, { height, width }, image, checkpoint);
				const files = writePictures(folder, names[i], image, ids, checkpoint);
				written.push({ input: paths[i], files });
			},
		};
		const { classes } = checkpoint.model;
		const job: Job = {
			kind: "predict",
			device: where.device,
			set: {
				count: paths.length,
				height,
				width,
				channels,
				classes,
				scale: 1 / 255,
				dtype: "u8",
			},
			batch: BATCH,
			tune,
		};
		const stopped = await runOn(where, job, host, terminal, interrupt);
		terminal.endProgress();
		say(written, folder, values.json, terminal);
		if (stopped) throw new InterruptedError();
		return 0;
	},
});

function say(
	written: readonly { input: string; files: readonly string[] }[],
	folder: OutputFolder,
	json: boolean,
	terminal: Terminal,
): void {
	terminal.result(
		json
			? JSON.stringify({ out: folder.path, written }, null, "\t")
			: `${written.length} ${written.length === 1 ? "image" : "images"} segmented: ${folder.path}`,
	);
}

function inputChannels({ model, path }: Checkpoint): 1 | 3 {
	const { inChannels } = model;
	if (inChannels === 1 || inChannels === 3) return inChannels;
	throw new DataError(
		`takes ${inChannels} channels, which no image file has; only gray (1) and colour (3) nets can predict files`,
		path,
	);
}

/** A name per input; two of the same stem would fall on each other. */
function outputNames(paths: readonly string[]): string[] {
	const taken = new Map<string, string>();
	for (const path of paths) {
		const name = stemOf(path);
		const other = taken.get(name);
		if (other !== undefined) {
			throw new UsageError(
				`--input: ${other} and ${path} would both become ${name}.png; predict them into different folders`,
			);
		}
		taken.set(name, path);
	}
	return [...taken.keys()];
}

function fileNames(name: string): [string, string, string] {
	return [`${name}.png`, `${name}-palette.png`, `${name}-overlay.png`];
}

function refuseOverwriting(
	folder: OutputFolder,
	names: readonly string[],
): void {
	const there = names
		.flatMap(fileNames)
		.find((file) => existsSync(join(folder.path, file)));
	if (there === undefined) return;
	throw new UsageError(
		`--out ${folder.path}: holds ${basename(there)} already; choose another folder, or remove it`,
	);
}

/** The class of each pixel at the image's own size: scores are resized, never classes. */
function classify(
	bytes: Uint8Array,
	from: Size,
	to: Size,
	{ model: { classes } }: Checkpoint,
): Uint8Array {
	const aligned = Uint8Array.from(bytes).buffer;
	const scores = resizeScores(new Float32Array(aligned), from, classes, to);
	const ids = new Uint8Array(to.height * to.width);
	for (let i = 0; i < ids.length; i++) {
		const first = i * classes;
		let best = 0;
		for (let k = 1; k < classes; k++) {
			if (scores[first + k] > scores[first + best]) best = k;
		}
		ids[i] = best;
	}
	return ids;
}

function writePictures(
	folder: OutputFolder,
	name: string,
	image: Image,
	ids: Uint8Array,
	{ preprocessing }: Checkpoint,
): string[] {
	const { height, width } = image;
	const background = backgroundOf(preprocessing.classNames);
	const [plain, coloured, over] = fileNames(name);
	return [
		folder.write(plain, indexPng(ids, height, width)),
		folder.write(coloured, palettePng(ids, height, width, { background })),
		folder.write(over, overlayPng(image, ids, 0.5, { background })),
	];
}
