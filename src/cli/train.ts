import { join } from "node:path";
import type { TrainConfig } from "../app/job.ts";
import { headerOf } from "../app/read-set.ts";
import { formatScore, scoreTable } from "../app/scores.ts";
import type { TrainJob } from "../app/site/run-record.ts";
import { WgradError } from "../data/errors.ts";
import { imagesOfClass } from "../data/labelled-source.ts";
import { command } from "./command.ts";
import { warnOfMergedNorms } from "./encoder-weights.ts";
import { type Interrupt, listenForInterrupt } from "./interrupt.ts";
import { pastEvents, showLive } from "./live-run.ts";
import { loadTrainingData, type TrainingData } from "./load-data.ts";
import { writeReport } from "./report.ts";
import { resumedRun } from "./resume.ts";
import type { OutputFolder } from "./run-folder.ts";
import { runOn } from "./run-on.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { type TrainRecord, trainHost } from "./train-host.ts";
import { newRun, TRAIN_OPTIONS, type TrainPlan } from "./train-plan.ts";

/** Validation images whose prediction is drawn after every epoch. */
const SAMPLES = 4;

/** How many of the best and of the worst validation images the report shows. */
const RANKED = 4;

/** `wgrad train`. */
export const train = command({
	name: "train",
	summary: "Trains a U-Net on images and masks, or on built-in digits.",
	options: TRAIN_OPTIONS,
	example:
		"wgrad train --data pets --masks annotations/trimaps --map 1=0,2=1,3=2 --size 128x128",
	notes: [
		"RUN gets config.json, split.json, log.jsonl, log.csv, checkpoints/, samples/, report.html.",
		"Ctrl-C finishes the step and writes the checkpoint (exit code 130); --resume RUN goes on there.",
	],
	async run(values) {
		const terminal = openTerminal();
		const interrupt = listenForInterrupt();
		const plan =
			values.resume === undefined
				? newRun(values, terminal)
				: resumedRun(values);
		const { folder, origin, divide, seed } = plan;
		const data = await interrupt.abandonable(
			loadTrainingData(origin.data, plan.load, { divide, seed }, terminal),
		);
		const config = plan.config(data);
		if (!plan.resumed) warnOfMergedNorms(config, terminal.warn);
		// What is in this process's memory already need not be kept there again.
		const kept = origin.runtime === "node" && data.train.inMemory;
		const cacheBytes = kept ? 0 : (values.cache ?? 1024) * 2 ** 20;
		const { open, "save-every": saveEvery } = values;
		const run = {
			...{ plan, cacheBytes, saveEvery, data, config, open },
			...{ terminal, interrupt },
		};
		const { stopped, record } = await work(run);
		const { adapter, ranking } = record;
		const report = { config, data, origin, adapter, ranking };
		const page = await writeReport(folder, report);
		const result = values.json ? jsonReport : textReport;
		terminal.result(result(folder, config, record, stopped, page));
		return stopped ? 130 : 0;
	},
});

interface Run {
	readonly plan: TrainPlan;
	readonly cacheBytes: number;
	readonly saveEvery: number | undefined;
	readonly data: TrainingData;
	readonly config: TrainConfig;
	/** Whether it is shown in the page. */
	readonly open: boolean;
	readonly terminal: Terminal;
	readonly interrupt: Interrupt;
}

async function work({
	plan: { folder, origin, tune, resumed },
	cacheBytes,
	saveEvery,
	data,
	config,
	open,
	terminal,
	interrupt,
}: Run): Promise<{ stopped: boolean; record: TrainRecord }> {
	const { host, record } = trainHost(
		folder,
		config,
		data,
		origin,
		terminal,
		resumed,
	);
	const job: TrainJob = {
		kind: "train",
		device: origin.device,
		config,
		train: headerOf(data.train),
		valid: headerOf(data.valid),
		samples: SAMPLES,
		ranked: RANKED,
		tune,
		saveEvery,
		cacheBytes,
		resume: resumed !== undefined,
		...(config.sampling === "balanced" && {
			imagesOfClass: imagesOfClass(data.train),
		}),
	};
	const from = resumed
		? ` from epoch ${resumed.at.epoch + 1}, step ${resumed.at.step + 1} on`
		: "";
	terminal.note(
		`Training${from}: ${data.train.count} images, ${data.valid.count} to validate; ${config.epochs} epochs, batch ${config.batch} (run folder ${folder.path})`,
	);
	const { title, valid } = data;
	const live = open
		? await showLive(
				job,
				{ title, names: valid.names },
				host,
				resumed && pastEvents(folder.path, resumed.at),
			)
		: undefined;
	if (live) terminal.note(`Page: ${live.url}`);
	try {
		const shown = live?.host ?? host;
		const stopped = await runOn(origin, job, shown, terminal, interrupt);
		terminal.endProgress();
		return { stopped, record };
	} catch (error) {
		terminal.endProgress();
		throw withCheckpoint(error, folder, record);
	} finally {
		await live?.close();
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
			: `; the checkpoint ${savedEpoch ? `after epoch ${savedEpoch}` : "within epoch 1"} is ${checkpoint(folder, "last")}`;
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
	page: string,
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
	lines.push(`Report:      ${page}`);
	lines.push(
		`Checkpoint:  ${checkpoint(folder, best && !stopped ? "best" : "last")}`,
	);
	if (panels.length) lines.push("Image, truth and prediction:");
	for (const panel of panels) lines.push(`  ${panel}`);
	if (stopped) lines.push("Stopped before the end.");
	else if (last && last.epoch < config.epochs) {
		lines.push(
			`Ended after ${last.epoch} of ${config.epochs} epochs: ${config.patience} without a better one.`,
		);
	}
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
	page: string,
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
	return JSON.stringify(
		{ ...report, checkpoints, panels, report: page },
		null,
		"\t",
	);
}
