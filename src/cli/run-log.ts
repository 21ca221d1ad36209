import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isBefore } from "../app/log-line.ts";
import type { Scores } from "../app/scores.ts";
import type { Confusion } from "../unet/index.ts";
import type { OutputFolder } from "./run-folder.ts";

/** One epoch as a run remembers it. */
export interface EpochRecord extends Scores {
	readonly epoch: number;
	readonly trainLoss: number;
	/** Of a training in f16. */
	readonly lossScale?: number;
	readonly validLoss: number;
	readonly seconds: number;
	/** Share of the time of the steps in which they waited for images. */
	readonly dataWait: number;
}

/** A line of log.jsonl. */
export type LogLine = { readonly time: string } & (
	| ({
			readonly type: "epoch";
			readonly best: boolean;
			readonly confusion: Confusion;
	  } & EpochRecord)
	| {
			readonly type: "step";
			readonly epoch: number;
			readonly step: number;
			readonly steps: number;
			readonly loss: number;
			readonly learningRate: number;
	  }
	/** After so many epochs and steps of the next. */
	| { readonly type: "resumed"; readonly epoch: number; readonly step: number }
	| { readonly type: "first-loss" | "tuned" }
);

const JSON_LOG = "log.jsonl";
const CSV_LOG = "log.csv";

/** Adds an event to log.jsonl, with the time. */
export function logEvent(folder: OutputFolder, event: object): void {
	const time = new Date().toISOString();
	folder.append(JSON_LOG, JSON.stringify({ ...event, time }));
}

/** Adds an epoch to log.jsonl and log.csv. */
export function logEpoch(
	folder: OutputFolder,
	entry: EpochRecord,
	{
		best,
		confusion,
	}: { readonly best: boolean; readonly confusion: Confusion },
	classNames: readonly string[],
): void {
	logEvent(folder, { type: "epoch", ...entry, best, confusion });
	if (entry.epoch === 1) folder.append(CSV_LOG, csvHead(classNames));
	folder.append(CSV_LOG, csvRow(entry, classNames));
}

/** The lines of log.jsonl; one that a kill cut short is left out. */
export function readLog(run: string): LogLine[] {
	const path = join(run, JSON_LOG);
	if (!existsSync(path)) return [];
	const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
	return lines.flatMap((line) => {
		try {
			return [JSON.parse(line)];
		} catch {
			return [];
		}
	});
}

/**
 * Takes from the logs what came after a checkpoint, for it will come again:
 * `epoch` epochs were complete and `step` steps of the next. Returns what is left.
 */
export function rewindLog(
	folder: OutputFolder,
	{ epoch, step }: { readonly epoch: number; readonly step: number },
	classNames: readonly string[],
): LogLine[] {
	const kept = readLog(folder.path).filter((line) =>
		isBefore(line, { epoch, step }),
	);
	const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");
	folder.write(JSON_LOG, text(kept.map((line) => JSON.stringify(line))));
	const epochs = kept.filter((line) => line.type === "epoch");
	const rows = epochs.map((line) => csvRow(line, classNames));
	folder.write(
		CSV_LOG,
		text(rows.length ? [csvHead(classNames), ...rows] : []),
	);
	return kept;
}

function csvHead(classNames: readonly string[]): string {
	const quoted = (name: string) => `"iou ${name.replaceAll('"', '""')}"`;
	return `epoch,training loss,validation loss,mIoU,pixel accuracy,seconds,${classNames.map(quoted).join()}`;
}

function csvRow(entry: EpochRecord, classNames: readonly string[]): string {
	const { epoch, trainLoss, validLoss, miou, pixelAccuracy, seconds } = entry;
	const ious = classNames.map((name) => entry.iou[name]);
	return [
		...[epoch, trainLoss, validLoss, miou, pixelAccuracy, seconds],
		...ious,
	].join();
}
