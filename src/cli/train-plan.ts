import { basename, join, resolve } from "node:path";
import type { TrainConfig, Tune } from "../app/job.ts";
import type { PresetName } from "../app/presets.ts";
import { defined } from "../data/defined.ts";
import { UsageError } from "../data/errors.ts";
import type { TrainingState } from "../unet/index.ts";
import type { Values } from "./command.ts";
import {
	DIGITS,
	FOLDER_OPTIONS,
	SHAPE_OPTIONS,
	type TrainingData,
} from "./load-data.ts";
import { mergeSettings } from "./merge-settings.ts";
import * as option from "./option.ts";
import { type Reading, readingOf } from "./reading.ts";
import {
	type OutputFolder,
	openNumberedFolder,
	openRunFolder,
} from "./run-folder.ts";
import { chooseWhere, WHERE_OPTIONS, type Where } from "./run-on.ts";
import type { TrainSettings } from "./settings-schema.ts";
import { refuseDivision, SPLIT_OPTIONS } from "./split-options.ts";
import type { Terminal } from "./terminal.ts";
import { resolveConfig } from "./train-config.ts";
import { TRAINING_OPTIONS } from "./training-options.ts";
import { resolveTune, TUNE_OPTION } from "./tune.ts";

/** The options of `wgrad train`. */
export const TRAIN_OPTIONS = {
	data: option.text(
		"DIR|digits",
		"folder of images and masks, or the built-in digits",
		"a folder, or digits",
	),
	out: option.text("RUN", "new folder for the run (runs/NAME-N)", "a folder"),
	resume: option.text(
		"RUN",
		"go on with a run that was interrupted",
		"the folder of a run",
	),
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
	"save-every": option.rare(
		option.number(
			"SECONDS",
			"between checkpoints within an epoch (60)",
			"seconds, 0 for every step",
			(n) => n >= 0,
		),
	),
	...WHERE_OPTIONS,
	open: option.flag("watch the training in a page of your browser"),
	json: option.flag("print the result as JSON"),
};

/** The values of `TRAIN_OPTIONS`. */
export type TrainValues = Values<typeof TRAIN_OPTIONS>;

/** Where a run's data lies and where it runs, as config.json records it beside the configuration. */
export interface Origin extends Where {
	readonly data: string;
	readonly images?: string;
	readonly masks?: string;
	readonly layout?: string;
	readonly pair?: string;
	readonly allowOrphans?: boolean;
	/** What decides where nothing else is said. */
	readonly preset?: PresetName;
	/** How the images are divided, where that was said. */
	readonly split?: TrainSettings["split"];
	/** Arguments of the command that began the run. */
	readonly command?: readonly string[];
}

/** A checkpoint to go on from. */
export interface Resumed {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly at: Pick<TrainingState, "epoch" | "step" | "sinceBest">;
	/** The adapter of the run so far. */
	readonly adapter: string | undefined;
}

/** What is known of a training before its data is read. */
export interface TrainPlan extends Reading {
	readonly folder: OutputFolder;
	readonly origin: Origin;
	readonly tune: Tune | undefined;
	readonly seed: number;
	/** The configuration, once the data is known. */
	config(data: TrainingData): TrainConfig;
	readonly resumed?: Resumed;
}

/** A new run as the options describe it. Throws UsageError naming the option. */
export function newRun(given: TrainValues, terminal: Terminal): TrainPlan {
	const { values, own } = mergeSettings(given);
	const { data: dir, seed = 0 } = values;
	if (dir === undefined) {
		throw new UsageError(
			`--data is missing; give ${TRAIN_OPTIONS.data.wanted}, for example: wgrad train --data pets`,
		);
	}
	const where = chooseWhere(values);
	const tune = resolveTune(values.tune, where.device);
	const folder = values.out
		? openRunFolder(values.out)
		: openNumberedFolder(join("runs", basename(resolve(dir))));
	const { load, divide } = readingOf(values, terminal);
	const split = splitGiven(values);
	if (dir === DIGITS) refuseDivision(values);
	return {
		folder,
		origin: {
			data: dir,
			...(values.images && { images: values.images }),
			...(values.masks && { masks: values.masks }),
			...(values.layout && { layout: values.layout }),
			...(values.pair && { pair: values.pair }),
			...(load.allowOrphans && { allowOrphans: true }),
			...(split && { split }),
			...(values.preset && { preset: values.preset }),
			...where,
			command: process.argv.slice(2),
		},
		tune,
		load,
		divide,
		seed,
		config: (data) => resolveConfig(values, own, dir, data),
	};
}

/** What the options say of the division, as settings have it. */
function splitGiven(values: TrainValues): TrainSettings["split"] {
	const { val, test, train, pick, fold, split } = values;
	const given = defined({ val, test, train, pick, fold, from: split });
	return Object.keys(given).length ? given : undefined;
}
