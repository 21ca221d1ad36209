import type { JobEvent, TrainConfig } from "../app/job.ts";
import { sampleBytes } from "../app/read-set.ts";
import { formatScore, scoresOf } from "../app/scores.ts";
import { backgroundOf } from "../data/class-names.ts";
import type { SampleSource } from "../data/sample-source.ts";
import type { NamedSplit } from "../data/split-lists.ts";
import { readEncoderWeights } from "./encoder-weights.ts";
import { type EventFile, openEventFile } from "./event-file.ts";
import type { TrainingData } from "./load-data.ts";
import { writePanel } from "./pictures.ts";
import type { Ranking } from "./report.ts";
import type { OutputFolder } from "./run-folder.ts";
import { type EpochRecord, logEpoch, logEvent, rewindLog } from "./run-log.ts";
import type { CommandHost } from "./run-on.ts";
import { formatTime, type Terminal } from "./terminal.ts";
import type { Origin, Resumed } from "./train-plan.ts";
import { TUNING_FILE } from "./tune.ts";

/** What a training has left so far. */
export interface TrainRecord {
	adapter: string;
	last?: EpochRecord;
	best?: EpochRecord;
	/** Which epoch's weights each checkpoint file holds; `now` = those of a stopped epoch. */
	savedEpoch?: number;
	/** From the opening of the page, or the start of the job in Node. */
	firstLossSeconds?: number;
	/** Panels of the last epoch. */
	panels: string[];
	/** What the best checkpoint makes of the validation images; absent when stopped before. */
	ranking?: Ranking;
	/** Seconds of all steps, and those of them in which they waited for images. */
	stepSeconds: number;
	waitSeconds: number;
}

/** The host of a training: gives the sets, keeps the run folder, shows progress. */
export function trainHost(
	folder: OutputFolder,
	config: TrainConfig,
	data: TrainingData,
	/** Recorded in config.json beside the configuration. */
	origin: Origin,
	terminal: Terminal,
	resumed?: Resumed,
): { host: CommandHost; record: TrainRecord } {
	const record: TrainRecord = {
		adapter: "",
		panels: [],
		stepSeconds: 0,
		waitSeconds: 0,
	};
	const showStep = stepText(record);
	let board: EventFile | undefined;
	let learningRate = 0;

	function goOn({ at, adapter }: Resumed, now: string): void {
		if (adapter !== undefined && adapter !== now) {
			terminal.warn(
				`the run began on ${adapter}: on another adapter its numbers differ in the last digits`,
			);
		}
		record.savedEpoch = at.epoch;
		const { epoch, step } = at;
		for (const line of rewindLog(folder, at, config.classNames)) {
			if (line.type !== "epoch") continue;
			record.last = line;
			if (line.best) record.best = line;
		}
		logEvent(folder, { type: "resumed", epoch, step });
	}
	function onEvent(event: JobEvent): void {
		if (event.type === "device") {
			record.adapter = event.description;
			writeConfig(folder, { ...config, ...origin, adapter: event.description });
			if (resumed) goOn(resumed, event.description);
			else writeSplit(folder, data);
			board = openEventFile(folder, resumed && resumed.at.epoch + 1);
		} else if (event.type === "first-loss") {
			record.firstLossSeconds = event.seconds;
			logEvent(folder, event);
		} else if (event.type === "tuned") {
			logEvent(folder, event);
		} else if (event.type === "step") {
			logEvent(folder, event);
			learningRate = event.learningRate;
			const { done, total, text } = showStep(event);
			terminal.progress(done, total, text);
		} else if (event.type === "ranked") {
			record.ranking = { ...event, predictions };
		} else if (event.type === "epoch") {
			const scores = scoresOf(event.confusion, config.classNames);
			const { epoch, trainLoss, lossScale, validLoss, seconds, best } = event;
			const dataWait = event.waitSeconds / event.stepSeconds;
			const entry = {
				...{ epoch, trainLoss, validLoss, seconds, dataWait },
				...(lossScale && { lossScale }),
				...scores,
			};
			record.stepSeconds += event.stepSeconds;
			record.waitSeconds += event.waitSeconds;
			record.last = entry;
			if (best) record.best = entry;
			logEpoch(folder, entry, event, config.classNames);
			board?.scalars(epoch, boardValues(entry, learningRate));
			terminal.note(
				`epoch ${epoch}/${config.epochs}: training loss ${trainLoss.toFixed(4)}, validation loss ${validLoss.toFixed(4)}, mIoU ${formatScore(scores.miou)}${best ? " (best)" : ""}, ${formatTime(seconds)}`,
			);
		}
	}
	const predictions = new Map<number, Uint8Array>();
	async function write(name: string, bytes: Uint8Array): Promise<void> {
		const [kind, ...rest] = name.split("/");
		if (kind === "checkpoint") {
			folder.write(`checkpoints/${rest[0]}.safetensors`, bytes);
			const epoch = Number(/^epoch-(\d+)$/.exec(rest[0])?.[1]);
			if (config.keep && epoch > config.keep) {
				const oldest = epoch - config.keep;
				folder.remove(`checkpoints/epoch-${oldest}.safetensors`);
			}
			record.savedEpoch = record.last?.epoch ?? 0;
		} else if (kind === "tuning") {
			folder.write(TUNING_FILE, bytes);
		} else if (kind === "ranked") {
			predictions.set(Number(rest[0]), bytes);
		} else if (kind === "sample") {
			const [epoch, index] = rest.map(Number);
			if (index === 0) record.panels = [];
			const png = await panelOf(data.valid, index, bytes, config);
			const file = `samples/epoch-${epoch}/${fileName(data.valid.names[index])}.png`;
			record.panels.push(folder.write(file, png));
			board?.image(epoch, `samples/${data.valid.names[index]}`, png);
		}
	}
	const host: CommandHost = {
		read(name) {
			if (name === "encoder-weights" && config.encoderWeights) {
				return readEncoderWeights(config.encoderWeights);
			}
			if (name === "checkpoint" && resumed) return resumed.bytes;
			if (name === "checkpoint/best") {
				return folder.read("checkpoints/best.safetensors");
			}
			const [part, index] = name.split("/");
			return sampleBytes(data[part as "train" | "valid"], Number(index));
		},
		event: onEvent,
		write,
	};
	return { host, record };
}

/** An epoch's scalars for TensorBoard, which groups them by what is before the slash. */
function boardValues(
	{ trainLoss, validLoss, miou, pixelAccuracy, iou, dataWait }: EpochRecord,
	learningRate: number,
): Record<string, number | null> {
	const classes = Object.entries(iou).map(([name, value]) => [
		`IoU/${name}`,
		value,
	]);
	return {
		"loss/training": trainLoss,
		"loss/validation": validLoss,
		"validation/mIoU": miou,
		"validation/pixel accuracy": pixelAccuracy,
		"training/learning rate": learningRate,
		"training/data wait": dataWait,
		...Object.fromEntries(classes),
	};
}

function writeConfig(folder: OutputFolder, config: object): void {
	folder.write("config.json", `${JSON.stringify(config, null, "\t")}\n`);
}

function writeSplit(folder: OutputFolder, data: TrainingData): void {
	const split: NamedSplit = {
		train: data.train.names,
		valid: data.valid.names,
		...(data.test.length > 0 && { test: data.test }),
	};
	folder.write("split.json", `${JSON.stringify(split, null, "\t")}\n`);
}

/** The line of the bar; the time left is reckoned from the first step on. */
function stepText(record: TrainRecord) {
	let start: { at: number; done: number } | undefined;
	return (event: Extract<JobEvent, { type: "step" }>) => {
		const { epoch, epochs, step, steps, loss, imagesPerSecond } = event;
		const done = (epoch - 1) * steps + step;
		const total = epochs * steps;
		start ??= { at: Date.now(), done };
		const each = (Date.now() - start.at) / 1000 / (done - start.done);
		const left = done > start.done ? formatTime(each * (total - done)) : "?";
		const miou = formatScore(record.last?.miou ?? null);
		const text = `${left} left, epoch ${epoch}/${epochs}, step ${step}/${steps}, loss ${loss.toFixed(3)}, mIoU ${miou}, ${imagesPerSecond.toFixed(1)} images/s`;
		return { done, total, text };
	};
}

function panelOf(
	set: SampleSource,
	index: number,
	prediction: Uint8Array,
	{ classNames }: TrainConfig,
): Promise<Uint8Array> {
	return writePanel(set, index, prediction, backgroundOf(classNames));
}

/** The name of an image without folder and extension, safe as a file's name. */
function fileName(name: string): string {
	return name.replace(/\.[A-Za-z]{3,4}$/, "").replace(/[^\w.-]+/g, "_");
}
