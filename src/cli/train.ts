import { basename, join, resolve } from "node:path";
import type { Job, TrainConfig, Tune } from "../app/job.ts";
import { WgradError } from "../data/errors.ts";
import { imagesOfClass } from "../data/segmentation-set.ts";
import { command } from "./command.ts";
import { type Interrupt, listenForInterrupt } from "./interrupt.ts";
import {
	DIGITS,
	FOLDER_OPTIONS,
	headerOf,
	loadOptions,
	loadTrainingData,
	SHAPE_OPTIONS,
	shapeOptions,
	type TrainingData,
} from "./load-data.ts";
import * as option from "./option.ts";
import {
	type OutputFolder,
	openNumberedFolder,
	openRunFolder,
} from "./run-folder.ts";
import { chooseWhere, runOn, WHERE_OPTIONS } from "./run-on.ts";
import { formatScore, scoreTable } from "./scores.ts";
import { divisionOf, refuseDivision, SPLIT_OPTIONS } from "./split-options.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { resolveConfig, TRAINING_OPTIONS } from "./train-config.ts";
import { type TrainRecord, trainHost } from "./train-host.ts";
import { resolveTune, TUNE_OPTION } from "./tune.ts";

/** Validation images whose prediction is drawn after every epoch. */
const SAMPLES = 4;

/** `wgrad train`. */
export const train = command({
	name: "train",
	summary: "Trains a U-Net on images and masks, or on built-in digits.",
	options: {
		data: option.requiredText(
			"DIR|digits",
			"folder of images and masks, or the built-in digits",
			"a folder, or digits",
		),
		out: option.text("RUN", "new folder for the run (runs/NAME-N)", "a folder"),
		...SHAPE_OPTIONS,
		...FOLDER_OPTIONS,
		...SPLIT_OPTIONS,
		...TRAINING_OPTIONS,
		...TUNE_OPTION,
		cache: option.rare(
			option.wholeNumber(
				"MIB",
				"memory of the page for images kept between epochs (1024)",
				0,
			),
		),
		...WHERE_OPTIONS,
		json: option.flag("print the result as JSON"),
	},
	example:
		"wgrad train --data pets --masks annotations/trimaps --map 1=0,2=1,3=2 --size 128x128",
	notes: [
		"RUN gets config.json, split.json, log.jsonl, log.csv, checkpoints/ and samples/.",
		"Ctrl-C finishes the step, writes the checkpoint and ends with exit code 130.",
	],
	async run(values) {
		const terminal = openTerminal();
		const interrupt = listenForInterrupt();
		const where = chooseWhere(values);
		const tune = resolveTune(values.tune, where.device);
		const { data: dir, seed = 0, classes } = values;
		const folder = values.out
			? openRunFolder(values.out)
			: openNumberedFolder(join("runs", basename(resolve(dir))));

		const mask = loadOptions(values);
		if (dir === DIGITS) refuseDivision(values);
		const divide = divisionOf(
			values,
			seed,
			mask.allowOrphans ? terminal.warn : undefined,
		);
		const data = await interrupt.abandonable(
			loadTrainingData(
				dir,
				{
					...mask,
					...shapeOptions(values),
					classNames: Array.isArray(classes) ? classes : undefined,
				},
				{ divide, seed },
				terminal,
			),
		);
		const config = resolveConfig(values, dir, data, {
			...(mask.map && { map: mask.map }),
			ignore: mask.ignore ?? [],
		});
		// In Node the images are in this process's memory already.
		const cacheBytes =
			where.runtime === "node" ? 0 : (values.cache ?? 1024) * 2 ** 20;
		const run = {
			folder,
			cacheBytes,
			data,
			config,
			tune,
			terminal,
			interrupt,
		};
		const { stopped, record } = await work(run, dir, where);
		const report = values.json ? jsonReport : textReport;
		terminal.result(report(folder, config, record, stopped));
		return stopped ? 130 : 0;
	},
});

interface Run {
	readonly folder: OutputFolder;
	readonly cacheBytes: number;
	readonly data: TrainingData;
	readonly config: TrainConfig;
	readonly tune: Tune | undefined;
	readonly terminal: Terminal;
	readonly interrupt: Interrupt;
}

async function work(
	{ folder, cacheBytes, data, config, tune, terminal, interrupt }: Run,
	dir: string,
	where: ReturnType<typeof chooseWhere>,
): Promise<{ stopped: boolean; record: TrainRecord }> {
	const origin = { data: dir, ...where };
	const { host, record } = trainHost(folder, config, data, origin, terminal);
	const job: Job = {
		kind: "train",
		device: where.device,
		config,
		train: headerOf(data.train),
		valid: headerOf(data.valid),
		samples: SAMPLES,
		tune,
		cacheBytes,
		...(config.sampling === "balanced" && {
			imagesOfClass: imagesOfClass(data.train),
		}),
	};
	terminal.note(
		`Training: ${data.train.count} images, ${data.valid.count} to validate; ${config.epochs} epochs, batch ${config.batch} (run folder ${folder.path})`,
	);
	try {
		const stopped = await runOn(where, job, host, terminal, interrupt);
		terminal.endProgress();
		return { stopped, record };
	} catch (error) {
		terminal.endProgress();
		throw withCheckpoint(error, folder, record);
	}
}

/** Adds to the message of a training that failed what is left of it. */
function withCheckpoint(
	error: unknown,
	folder: OutputFolder,
	{ adapter, savedEpoch }: TrainRecord,
): unknown {
	if (!(error instanceof WgradError) || !adapter) return error;
	error.message +=
		savedEpoch === undefined
			? "; no epoch was completed, so there is no checkpoint"
			: `; the checkpoint of epoch ${savedEpoch} is ${checkpoint(folder, "last")}`;
	return error;
}

function checkpoint(folder: OutputFolder, name: "last" | "best"): string {
	return join(folder.path, "checkpoints", `${name}.safetensors`);
}

function textReport(
	folder: OutputFolder,
	config: TrainConfig,
	{
		best,
		last,
		panels,
		firstLossSeconds,
		stepSeconds,
		waitSeconds,
	}: TrainRecord,
	stopped: boolean,
): string {
	const lines: string[] = [];
	if (best && last) {
		lines.push(
			`Validation after epoch ${best.epoch}, the best of ${last.epoch}:`,
			scoreTable(best, config.classNames),
		);
		if (last.epoch !== best.epoch) {
			lines.push(
				`(mIoU after the last epoch, ${last.epoch}: ${formatScore(last.miou)})`,
			);
		}
	}
	lines.push("");
	if (firstLossSeconds !== undefined) {
		lines.push(`First loss:  after ${firstLossSeconds.toFixed(1)} s`);
	}
	if (stepSeconds > 0) {
		const share = (100 * waitSeconds) / stepSeconds;
		const remedy = "; fewer --augment changes or a larger --cache shorten that";
		lines.push(
			`Data wait:   ${share.toFixed(1)} % of the steps' time${share > 10 ? remedy : ""}`,
		);
	}
	lines.push(`Run folder:  ${folder.path}`);
	lines.push(
		`Checkpoint:  ${checkpoint(folder, best && !stopped ? "best" : "last")}`,
	);
	if (panels.length) lines.push("Image, truth and prediction:");
	for (const panel of panels) lines.push(`  ${panel}`);
	if (stopped) lines.push("Stopped before the end.");
	return lines.join("\n");
}

function jsonReport(
	folder: OutputFolder,
	_: TrainConfig,
	{
		adapter,
		best,
		last,
		panels,
		firstLossSeconds,
		stepSeconds,
		waitSeconds,
	}: TrainRecord,
	stopped: boolean,
): string {
	const checkpoints = {
		last: checkpoint(folder, "last"),
		...(best && { best: checkpoint(folder, "best") }),
	};
	const dataWait = stepSeconds > 0 ? waitSeconds / stepSeconds : null;
	const report = {
		run: folder.path,
		stopped,
		adapter,
		firstLossSeconds,
		best,
		last,
		dataWait,
	};
	return JSON.stringify({ ...report, checkpoints, panels }, null, "\t");
}
