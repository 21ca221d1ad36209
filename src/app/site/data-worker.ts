// Turns what the user chose into a run's files: images and labels as the training reads them.
import { digitNames } from "../../data/class-names.ts";
import { composeDigits } from "../../data/compose-digits.ts";
import { DataError } from "../../data/errors.ts";
import {
	type LabelledSource,
	partOf,
	sourceOf,
} from "../../data/labelled-source.ts";
import type { SegmentationSet } from "../../data/segmentation-set.ts";
import { splitIndices } from "../../data/split.ts";
import { sampleBytes } from "../read-set.ts";
import type { ChosenFiles } from "./dropped-files.ts";
import { fetchDigits } from "./fetch-digits.ts";
import { type Folder, type FolderFound, lookInto } from "./folder-set.ts";
import { type FoundClass, namesOf } from "./found-classes.ts";
import { type PaintedSource, paintedSet } from "./painted-set.ts";
import { planTraining, type Settings } from "./plan.ts";
import type { RunRecord } from "./run-record.ts";
import { explained, openRun } from "./store.ts";

/** Where the images come from; a folder is the one that was looked into. */
export type DataSource =
	| { readonly kind: "digits" }
	| { readonly kind: "folder"; readonly values: readonly FoundClass[] }
	| PaintedSource;

/** A run to be made. */
export interface RunRequest {
	readonly id: string;
	readonly source: DataSource;
	readonly settings: Settings;
}

/** What the page asks for. */
export type DataRequest =
	| ({ readonly type: "look" } & ChosenFiles)
	| ({ readonly type: "prepare" } & RunRequest);

/** What the page is told. */
export type DataNews =
	| {
			readonly type: "progress";
			readonly text: string;
			readonly done: number;
			readonly total: number;
	  }
	| { readonly type: "found"; readonly found: FolderFound }
	| { readonly type: "prepared" }
	| { readonly type: "failed"; readonly message: string };

/** The folder that was looked into last. */
let folder: ({ readonly name: string } & Folder) | undefined;

const tell = (news: DataNews) => self.postMessage(news);

self.onmessage = async ({ data }: MessageEvent<DataRequest>) => {
	try {
		if (data.type === "look") {
			folder = undefined;
			folder = { name: data.name, ...(await lookInto(data, progress)) };
			tell({ type: "found", found: folder.found });
		} else {
			await prepare(data);
			tell({ type: "prepared" });
		}
	} catch (error) {
		tell({ type: "failed", message: explained(error as Error).message });
	}
};

/** A set divided. */
interface Prepared {
	readonly title: string;
	readonly train: LabelledSource;
	readonly valid: LabelledSource;
	readonly classNames: readonly string[];
	/** Files that were left out. */
	readonly notes?: readonly string[];
}

async function prepare(request: RunRequest): Promise<void> {
	const { id, settings } = request;
	const data = await read(request);
	const job = planTraining(settings, data);
	const files = await openRun(id, true);
	for (const part of ["train", "valid"] as const) {
		const set = data[part];
		const stream = await files.open(part);
		for (let i = 0; i < set.count; i++) {
			await stream.write(await sampleBytes(set, i));
			if (i % 16 === 0) progress("Storing pictures", i, set.count);
		}
		await stream.close();
	}
	const record: RunRecord = {
		id,
		title: data.title,
		created: Date.now(),
		status: "paused",
		job,
		names: data.valid.names,
		notes: data.notes ?? [],
	};
	await files.setRecord(record);
}

function read({ source, settings }: RunRequest): Promise<Prepared> | Prepared {
	if (source.kind === "digits") return digits(settings);
	if (source.kind === "folder") return readFolder(source.values, settings);
	progress("Scaling pictures", 0, 1);
	const set = paintedSet(source, settings.size);
	const { classNames } = source;
	const title = `Painted ${classNames.slice(1).join(", ")}`;
	return { title, classNames, ...divided(set, settings.seed) };
}

async function readFolder(
	values: readonly FoundClass[],
	settings: Settings,
): Promise<Prepared> {
	if (!folder) throw new DataError("choose the folder again");
	const notes = [...folder.found.bad];
	const set = await folder.read(values, settings.size, progress, (problem) =>
		notes.push(problem),
	);
	const classNames = namesOf(values);
	const parts = divided(set, settings.seed);
	return { title: folder.name, classNames, notes, ...parts };
}

/** Some of the pictures validate; a single one has to do both. */
function divided(
	set: SegmentationSet,
	seed: number,
): Pick<Prepared, "train" | "valid"> {
	const all = sourceOf(set);
	if (set.count === 1) return { train: all, valid: all };
	const { train, val } = splitIndices(set.count, { seed });
	return { train: partOf(all, train), valid: partOf(all, val) };
}

function progress(text: string, done: number, total: number): void {
	tell({ type: "progress", text, done, total });
}

async function digits({ images, seed }: Settings): Promise<Prepared> {
	progress("Loading digits", 0, 1);
	const source = await fetchDigits(self.location.href);
	const options = { train: images, val: Math.ceil(images / 6), seed };
	const { train, val } = composeDigits(options, source);
	return {
		title: "Digits",
		train: sourceOf(train),
		valid: sourceOf(val),
		classNames: digitNames(),
	};
}
