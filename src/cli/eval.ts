import type { Job, JobEvent } from "../app/job.ts";
import { headerOf, sampleBytes } from "../app/read-set.ts";
import { scoresOf, scoreTable } from "../app/scores.ts";
import { DataError, UsageError, WgradError } from "../data/errors.ts";
import { type LabelledSource, partOf } from "../data/labelled-source.ts";
import { indicesOf } from "../data/split-lists.ts";
import type { Confusion } from "../unet/index.ts";
import { command } from "./command.ts";
import { InterruptedError, listenForInterrupt } from "./interrupt.ts";
import { type Checkpoint, readCheckpoint } from "./load-checkpoint.ts";
import {
	DIGITS,
	digits,
	FOLDER_OPTIONS,
	loadFolder,
	loadOptions,
	optionsOfTraining,
} from "./load-data.ts";
import * as option from "./option.ts";
import { chooseWhere, runOn, WHERE_OPTIONS } from "./run-on.ts";
import { readSplit } from "./split-options.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { resolveTune, TUNE_OPTION } from "./tune.ts";

/** Images per batch. */
const BATCH = 8;

/** Options that both users of a checkpoint take. */
export const CHECKPOINT_OPTION = option.requiredText(
	"RUN|FILE",
	"run folder (its best checkpoint) or .safetensors file",
	"a run folder or a .safetensors file",
);

/** `wgrad eval`. */
export const evaluate = command({
	name: "eval",
	summary: "Measures a checkpoint on images and masks: IoU per class, mIoU.",
	options: {
		checkpoint: CHECKPOINT_OPTION,
		data: option.requiredText(
			"DIR|digits",
			"folder of images and masks, or the digits' validation set",
			"a folder, or digits",
		),
		...FOLDER_OPTIONS,
		split: option.text(
			"RUN|FILE",
			"only one part of the split.json of a run",
			"a run folder or a split.json",
		),
		part: option.choice(["test", "valid", "train"], "which part (test)"),
		seed: option.wholeNumber("N", "of the digits (0)", 0),
		...TUNE_OPTION,
		...WHERE_OPTIONS,
		json: option.flag("print the result, with confusion matrix, as JSON"),
	},
	example: "wgrad eval --checkpoint runs/pets-1 --data pets",
	notes: [
		"Size, channels, --map and --ignore are those of the training unless given.",
		"Scores are counted at the size the net was trained at.",
	],
	async run(values) {
		const terminal = openTerminal();
		const interrupt = listenForInterrupt();
		const where = chooseWhere(values);
		const tune = resolveTune(values.tune, where.device);
		const checkpoint = await readCheckpoint(values.checkpoint);
		const part = choosePart(values);
		const whole = await interrupt.abandonable(
			loadFor(
				checkpoint,
				values.data,
				loadOptions(values),
				values.seed ?? 0,
				terminal,
			),
		);
		const set = part ? partOf(whole, part(whole.names)) : whole;
		let found: { loss: number; confusion: Confusion } | undefined;
		const host = {
			read: (name: string) =>
				name === "checkpoint"
					? checkpoint.bytes
					: sampleBytes(set, Number(name.split("/")[1])),
			event(event: JobEvent) {
				if (event.type === "confusion") found = event;
				if (event.type === "progress") {
					const text = `${event.done} of ${event.total} images`;
					terminal.progress(event.done, event.total, text);
				}
			},
		};
		const job: Job = {
			kind: "eval",
			device: where.device,
			set: headerOf(set),
			batch: BATCH,
			tune,
		};
		const stopped = await runOn(where, job, host, terminal, interrupt);
		terminal.endProgress();
		if (stopped) throw new InterruptedError();
		if (!found) throw new WgradError("the evaluation ended without a result");
		const { classNames } = checkpoint.preprocessing;
		const scores = scoresOf(found.confusion, classNames);
		terminal.result(
			values.json
				? JSON.stringify(
						{
							checkpoint: checkpoint.path,
							images: set.count,
							classes: classNames,
							loss: found.loss,
							...scores,
							confusion: found.confusion,
						},
						null,
						"\t",
					)
				: scoreTable(scores, classNames),
		);
		return 0;
	},
});

/** The images that `--split` and `--part` name; undefined means all. */
function choosePart({
	data,
	split,
	part,
}: {
	data: string;
	split: string | undefined;
	part: "test" | "valid" | "train" | undefined;
}): ((names: readonly string[]) => number[]) | undefined {
	if (split === undefined) {
		if (part === undefined) return undefined;
		throw new UsageError(
			`--part ${part} needs --split RUN, the run whose split it is a part of`,
		);
	}
	if (data === DIGITS) {
		throw new UsageError(
			"--split does not apply to the built-in digits; leave it out",
		);
	}
	const { file, parts } = readSplit(split);
	const names = parts[part ?? "test"];
	if (!names?.length) {
		throw new UsageError(
			`--split ${file}: has no ${part ?? "test"} images; give --part valid or --part train`,
		);
	}
	return (all) => indicesOf({ file, names }, all);
}

async function loadFor(
	{ model, preprocessing }: Checkpoint,
	dir: string,
	options: ReturnType<typeof loadOptions>,
	seed: number,
	terminal: Terminal,
): Promise<LabelledSource> {
	const { inChannels, classes } = model;
	const set =
		dir === DIGITS
			? (await digits(seed)).val
			: (
					await loadFolder(
						dir,
						{ ...optionsOfTraining(model, preprocessing), ...options },
						terminal,
					)
				).set;
	if (set.channels !== inChannels || set.classes !== classes) {
		throw new DataError(
			`has ${set.channels} channels and ${set.classes} classes but the checkpoint takes ${inChannels} and ${classes}; evaluate it on the kind of data it was trained on`,
			dir,
		);
	}
	return set;
}
