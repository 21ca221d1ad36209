import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Job, JobEvent } from "../app/job.ts";
import { backgroundOf } from "../data/class-names.ts";
import { decide } from "../data/decide.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { stemOf } from "../data/files.ts";
import type { Image } from "../data/image.ts";
import { littleEndian, npyHeader } from "../data/npy.ts";
import { listInputs, readInput } from "../data/predict-input.ts";
import type { Size } from "../data/resize.ts";
import type { Blender } from "../data/tiles.ts";
import { type GrowingFile, growAtomically } from "./atomic-file.ts";
import { resolveBehind } from "./behind.ts";
import { command } from "./command.ts";
import { CHECKPOINT_OPTION } from "./eval.ts";
import { InterruptedError, listenForInterrupt } from "./interrupt.ts";
import { type Checkpoint, readCheckpoint } from "./load-checkpoint.ts";
import * as option from "./option.ts";
import {
	OUTPUTS,
	outputFiles,
	outputWriter,
	PROBABILITIES,
	probabilitiesName,
} from "./predict-outputs.ts";
import {
	assemble,
	type Cutting,
	cutPiece,
	FLIPS,
	inputOf,
	mirrorsOf,
	piecesOf,
	tileOf,
} from "./predict-pieces.ts";
import { type OutputFolder, openOutput } from "./run-folder.ts";
import { chooseWhere, runOn, WHERE_OPTIONS } from "./run-on.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { resolveTune, TUNE_OPTION } from "./tune.ts";

/** Pieces per batch. */
const BATCH = 4;

/** Bytes of pixels that are held from the first reading of all images; the others are read again. */
const HELD_BYTES = 256 * 2 ** 20;

/** `wgrad predict`. */
export const predict = command({
	name: "predict",
	summary: "Segments images: masks, overlays, polygons, backgrounds replaced.",
	positionals: { usage: "[MORE FILES...]", max: Number.POSITIVE_INFINITY },
	options: {
		checkpoint: CHECKPOINT_OPTION,
		input: option.requiredTexts(
			"FILE|DIR",
			"images, folders of them or patterns; may be repeated",
			"image files, folders or patterns",
		),
		out: option.requiredText("DIR", "folder for the results", "a folder"),
		write: option.words(OUTPUTS, "what to write (class,palette,overlay)"),
		tiles: option.flag("cut images into tiles instead of resizing them"),
		overlap: option.number(
			"SHARE",
			"of a tile that its neighbour has too (0.5)",
			"a number from 0 to 0.9",
			(n) => n >= 0 && n <= 0.9,
		),
		flips: option.choice(FLIPS, "average over mirrored images too"),
		behind: option.text(
			"FILE|#RRGGBB",
			"for --write replaced: picture or colour behind",
			"an image file or a colour",
		),
		...TUNE_OPTION,
		...WHERE_OPTIONS,
		json: option.flag("print the files written as JSON"),
	},
	example:
		"wgrad predict --checkpoint runs/pets-1 --input cat.jpg dog.jpg --out out",
	notes: [
		"All at the image's own size; no file is overwritten. class: numbers as gray PNG;",
		"labelme, coco: polygons; probabilities: .npy [height, width, classes]; transparent,",
		"blurred, replaced: the background, softly. Tiles suit nets trained without resizing.",
	],
	async run(values, positionals) {
		const terminal = openTerminal();
		const interrupt = listenForInterrupt();
		const where = chooseWhere(values);
		const tune = resolveTune(values.tune, where.device);
		const wanted = values.write ?? ["class", "palette", "overlay"];
		if (values.overlap !== undefined && !values.tiles) {
			throw new UsageError("--overlap is for --tiles; give both or neither");
		}
		const behind = await resolveBehind(values.behind, wanted);
		const checkpoint = await readCheckpoint(values.checkpoint);
		const channels = inputChannels(checkpoint);
		const paths = await listInputs([...values.input, ...positionals]);
		const names = outputNames(paths);
		const folder = openOutput(values.out);
		refuseOverwriting(folder, outputFiles(wanted, names));

		// All are read before the first is segmented, so that a bad file is found at once.
		const sizes: Size[] = [];
		/** Images read and not yet segmented: the first ones, as many as may be held, then those at work. */
		const current = new Map<number, Promise<Image>>();
		let room = HELD_BYTES;
		for (const [i, path] of paths.entries()) {
			const read = readInput(path, channels, terminal.warn);
			const { height, width, data } = await interrupt.abandonable(read);
			sizes.push({ height, width });
			room -= data.byteLength;
			if (room >= 0) current.set(i, read);
			const text = `reading ${i + 1} of ${paths.length} images`;
			terminal.progress(i + 1, paths.length, text);
		}
		terminal.endProgress();

		const { model, preprocessing } = checkpoint;
		const cutting: Cutting = {
			...tileOf(model, preprocessing.size, values.tiles),
			overlap: values.tiles ? (values.overlap ?? 0.5) : undefined,
			mirrors: mirrorsOf(values.flips),
		};
		const pieces = piecesOf(sizes, cutting);
		const { classNames } = checkpoint.preprocessing;
		const background = backgroundOf(classNames);
		const writer = outputWriter(
			wanted,
			{ classes: { names: classNames, background }, behind },
			folder.write,
		);
		let unfinished: Unfinished | undefined;
		const written: { input: string; files: string[] }[] = [];
		const imageOf = (i: number): Promise<Image> => {
			const read = current.get(i) ?? readInput(paths[i], channels, () => {});
			current.set(i, read);
			return read;
		};
		const host = {
			async read(name: string) {
				if (name === "checkpoint") return checkpoint.bytes;
				const piece = pieces[Number(name.split("/")[1])];
				const cut = cutPiece(await imageOf(piece.image), piece, cutting);
				return cut as Uint8Array<ArrayBuffer>;
			},
			event(event: JobEvent) {
				if (event.type !== "progress") return;
				const text = values.tiles
					? `${event.done} of ${event.total} tiles, ${written.length} of ${paths.length} images`
					: `${written.length} of ${paths.length} images`;
				terminal.progress(event.done, event.total, text);
			},
			async write(name: string, bytes: Uint8Array) {
				const at = Number(name.split("/")[1]);
				const { image: i, corner, mirrored } = pieces[at];
				unfinished ??= begin(names[i], sizes[i], {
					classes: classNames.length,
					background,
					cutting,
					folder: wanted.includes(PROBABILITIES) ? folder : undefined,
				});
				const scores = new Float32Array(Uint8Array.from(bytes).buffer);
				unfinished.blender.add(scores, corner, mirrored);
				if (pieces[at + 1]?.image === i) return;
				const { ids, foreground, files } = unfinished.finish();
				unfinished = undefined;
				const image = await imageOf(i);
				current.delete(i);
				const fileName = basename(paths[i]);
				files.push(
					...writer.add(names[i], { fileName, image, ids, foreground }),
				);
				written.push({ input: paths[i], files });
			},
		};
		const job: Job = {
			kind: "predict",
			device: where.device,
			set: {
				count: pieces.length,
				...inputOf(cutting),
				channels,
				classes: checkpoint.model.classes,
				scale: 1 / 255,
				dtype: "u8",
			},
			context: cutting.context.height + cutting.context.width > 0,
			batch: BATCH,
			tune,
		};
		try {
			const stopped = await runOn(where, job, host, terminal, interrupt);
			terminal.endProgress();
			const files = writer.end();
			say(written, files, folder, values.json, terminal);
			if (stopped) throw new InterruptedError();
		} finally {
			unfinished?.abandon();
		}
		return 0;
	},
});

/** An image some pieces of which are segmented. */
interface Unfinished {
	readonly blender: Blender;
	/** After the last piece. */
	finish(): { ids: Uint8Array; foreground: Uint8Array; files: string[] };
	abandon(): void;
}

function begin(
	name: string,
	size: Size,
	options: {
		classes: number;
		background: number;
		cutting: Cutting;
		/** Where probabilities go, if they are wanted. */
		folder: OutputFolder | undefined;
	},
): Unfinished {
	const { classes, background, cutting, folder } = options;
	const { height, width } = size;
	const ids = new Uint8Array(height * width);
	const foreground = new Uint8Array(height * width);
	const path = folder && join(folder.path, probabilitiesName(name));
	const file: GrowingFile | undefined = path ? growAtomically(path) : undefined;
	file?.append(npyHeader([height, width, classes], new Float32Array()));
	const blender = assemble(size, cutting, classes, (first, scores) => {
		const start = first * width;
		const rows = decide(scores, classes, background);
		ids.set(rows.ids, start);
		foreground.set(rows.foreground, start);
		file?.append(littleEndian(scores));
	});
	return {
		blender,
		finish() {
			blender.finish();
			file?.commit();
			return { ids, foreground, files: path ? [path] : [] };
		},
		abandon: () => file?.abandon(),
	};
}

function say(
	written: readonly { input: string; files: readonly string[] }[],
	together: readonly string[],
	folder: OutputFolder,
	json: boolean,
	terminal: Terminal,
): void {
	terminal.result(
		json
			? JSON.stringify({ out: folder.path, written, together }, null, "\t")
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

function refuseOverwriting(
	folder: OutputFolder,
	files: readonly string[],
): void {
	const there = files.find((file) => existsSync(join(folder.path, file)));
	if (there === undefined) return;
	throw new UsageError(
		`--out ${folder.path}: holds ${basename(there)} already; choose another folder, or remove it`,
	);
}
