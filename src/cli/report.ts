import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Curves, epochCurves } from "../app/curves.ts";
import type { JobEvent, RankedImage, TrainConfig } from "../app/job.ts";
import { figuresOf } from "../app/report-figures.ts";
import { type Report, reportHtml, type Sample } from "../app/report-html.ts";
import { formatScore } from "../app/scores.ts";
import { backgroundOf } from "../data/class-names.ts";
import type { TrainingData } from "./load-data.ts";
import { writePanel } from "./pictures.ts";
import type { OutputFolder } from "./run-folder.ts";
import { type LogLine, readLog } from "./run-log.ts";
import { formatTime } from "./terminal.ts";
import type { Origin } from "./train-plan.ts";
import { TUNING_FILE } from "./tune.ts";

declare const WGRAD_VERSION: string;

/** What the best checkpoint makes of the validation images. */
export type Ranking = Extract<JobEvent, { type: "ranked" }> & {
	/** Class numbers of the images named, by image. */
	readonly predictions: ReadonlyMap<number, Uint8Array>;
};

/** The page's style and script, beside the folder of this built file. */
const asset = (name: string) =>
	readFileSync(
		fileURLToPath(new URL(`../app/report.${name}`, import.meta.url)),
		"utf8",
	);

/** Writes report.html from a run's log. Returns its path. */
export async function writeReport(
	folder: OutputFolder,
	run: {
		readonly config: TrainConfig;
		readonly data: TrainingData;
		readonly origin: Origin;
		readonly adapter: string;
		readonly ranking: Ranking | undefined;
	},
): Promise<string> {
	const { config, data, origin, adapter, ranking } = run;
	const log = readLog(folder.path);
	const epochs = log.filter((line) => line.type === "epoch");
	const { command: _, ...place } = origin;
	const ended = log.at(-1)?.time.slice(0, 16).replace("T", " ");
	const report: Report = {
		title: `Training on ${data.title}`,
		subtitle: `${ended} UTC, ${adapter}, run folder ${folder.path}`,
		figures: figuresOf({
			epochs,
			images: [data.train.count, data.valid.count],
			model: config.model,
			formatSeconds: formatTime,
		}),
		curves: curvesOf(log, epochs),
		classNames: config.classNames,
		background: backgroundOf(config.classNames),
		...(ranking && {
			judged: {
				confusion: ranking.confusion,
				best: await samples(ranking.best, ranking, run),
				worst: await samples(ranking.worst, ranking, run),
			},
		}),
		settings: Object.entries({ ...config, ...place, adapter }).map(
			([name, value]) => [name, settingText(value)],
		),
		...reproduction(folder, origin),
	};
	const assets = { style: asset("css"), script: asset("js") };
	return folder.write("report.html", reportHtml(report, assets));
}

function curvesOf(
	log: readonly LogLine[],
	epochs: readonly Extract<LogLine, { type: "epoch" }>[],
): Curves {
	const steps = log.filter((line) => line.type === "step");
	const best = epochs.findLast((line) => line.best);
	return {
		steps: {
			at: steps.map(({ epoch, step, steps }) => epoch - 1 + step / steps),
			loss: steps.map(({ loss }) => loss),
			learningRate: steps.map(({ learningRate }) => learningRate),
		},
		epochs: epochCurves(epochs),
		marks: [
			...log
				.filter((line) => line.type === "resumed")
				.map(({ epoch, step }) => ({
					at: epoch + step / (steps[0]?.steps ?? 1),
					text: "resumed",
				})),
			...(best ? [{ at: best.epoch, text: "best" }] : []),
		],
	};
}

async function samples(
	images: readonly RankedImage[],
	{ predictions }: Ranking,
	{ data, config }: { data: TrainingData; config: TrainConfig },
): Promise<Sample[]> {
	const background = backgroundOf(config.classNames);
	const found: Sample[] = [];
	for (const { index, miou } of images) {
		const prediction = predictions.get(index);
		if (!prediction) continue;
		const png = await writePanel(data.valid, index, prediction, background);
		const caption = `${data.valid.names[index]}: mIoU ${formatScore(miou)}`;
		const base64 = Buffer.from(png).toString("base64");
		found.push({ url: `data:image/png;base64,${base64}`, caption });
	}
	return found;
}

function settingText(value: unknown): string {
	if (typeof value === "string") return value;
	return JSON.stringify(value, null, 1).replace(/\s*\n\s*/g, " ");
}

function reproduction(
	{ path }: OutputFolder,
	{ command }: Origin,
): Pick<Report, "commands" | "remarks"> {
	const tuned = existsSync(join(path, TUNING_FILE));
	// The folder of this run would be refused.
	const shown = (command ?? []).filter(
		(word, i, all) => !/^--out(=|$)/.test(word) && all[i - 1] !== "--out",
	);
	const words = shown.map((word) =>
		/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
	);
	return {
		commands: [["npx", "wgrad", ...words].join(" ")],
		remarks: [
			`wgrad ${WGRAD_VERSION}, Node ${process.version}, ${process.platform} ${process.arch}. Weights, order and changes of the images follow from the seed; the same data, version and adapter give the same numbers.`,
			...(tuned
				? [
						`The kernels were chosen by measurement: give --tune ${path} instead of fast or full to use the same.`,
					]
				: []),
			`Which images trained and validated is in split.json; an interrupted run goes on with wgrad train --resume ${path}.`,
		],
	};
}
