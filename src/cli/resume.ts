import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CONFIG_KEY, type TrainConfig } from "../app/job.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { cpuDevice } from "../index.ts";
import { encoders } from "../unet/encoders/index.ts";
import { CheckpointError, type LoadedModel, loadModel } from "../unet/index.ts";
import { optionsOfTraining } from "./load-data.ts";
import { openOutput } from "./run-folder.ts";
import { chooseWhere } from "./run-on.ts";
import { settingsSchema } from "./settings-schema.ts";
import { divisionOf } from "./split-options.ts";
import type { Origin, Resumed, TrainPlan, TrainValues } from "./train-plan.ts";
import { resolveTune, TUNING_FILE } from "./tune.ts";

/** The options that may be given with `--resume`: what the run itself does not decide. */
const ALLOWED = [
	...["resume", "data", "runtime", "device", "tune", "cache", "save-every"],
	...["open", "json"],
];

const recorded = v.looseObject({
	data: v.string(),
	images: v.optional(v.string()),
	masks: v.optional(v.string()),
	layout: v.optional(v.string()),
	pair: v.optional(v.string()),
	allowOrphans: v.optional(v.boolean()),
	runtime: v.picklist(["chrome", "node"]),
	device: v.picklist(["webgpu", "cpu"]),
	preset: settingsSchema.entries.preset,
	split: settingsSchema.entries.split,
	adapter: v.optional(v.string()),
	command: v.optional(v.array(v.string())),
});

/**
 * The run in the folder `--resume` names, from its last checkpoint on. Throws
 * UsageError for options that the run has decided already or when it is
 * complete, DataError when a file of it is missing or damaged.
 */
export function resumedRun(values: TrainValues): TrainPlan {
	const run = values.resume as string;
	for (const [name, value] of Object.entries(values)) {
		if (value !== undefined && value !== false && !ALLOWED.includes(name)) {
			throw new UsageError(
				`--${name} does not go with --resume, which takes it from the run; leave it out`,
			);
		}
	}
	if (!statSync(run, { throwIfNoEntry: false })?.isDirectory()) {
		throw new UsageError(
			`--resume ${run}: is no folder; give the folder of a run`,
		);
	}
	const { config, resumed } = readCheckpoint(run);
	const { at } = resumed;
	const origin = readOrigin(run, config);
	if (at.epoch >= config.epochs) {
		throw new UsageError(
			`--resume ${run}: all ${config.epochs} epochs are done; start a new run with wgrad train --data`,
		);
	}
	if (at.sinceBest >= (config.patience ?? Number.POSITIVE_INFINITY)) {
		throw new UsageError(
			`--resume ${run}: ended after epoch ${at.epoch}, out of patience; start a new run with wgrad train --data`,
		);
	}
	const elsewhere = values.runtime !== undefined || values.device !== undefined;
	const where = chooseWhere(elsewhere ? values : origin);
	const tuned = where.device !== "cpu" && existsSync(join(run, TUNING_FILE));
	const { model, seed } = config;
	const data = values.data ?? origin.data;
	return {
		folder: openOutput(run),
		origin: { ...origin, data, ...where },
		tune: resolveTune(values.tune ?? (tuned ? run : "off"), where.device),
		load: {
			...(origin.images && { imagesPath: origin.images }),
			...(origin.masks && { masksPath: origin.masks }),
			...(origin.layout && { layout: origin.layout }),
			...(origin.pair && { pair: origin.pair }),
			allowOrphans: origin.allowOrphans ?? false,
			...optionsOfTraining(model, config),
		},
		divide: divisionOf({ ...NO_DIVISION, split: run }, seed),
		seed,
		config({ train }) {
			if (train.channels !== model.inChannels || train.scale !== config.scale) {
				throw new DataError(
					"is not the data of the run: its images have other channels or values; give that data with --data",
					data,
				);
			}
			return config;
		},
		resumed: { ...resumed, adapter: origin.adapter },
	};
}

const NO_DIVISION = {
	val: undefined,
	test: undefined,
	train: undefined,
	pick: undefined,
	fold: undefined,
};

function readCheckpoint(run: string): {
	config: TrainConfig;
	resumed: Omit<Resumed, "adapter">;
} {
	const path = join(run, "checkpoints", "last.safetensors");
	if (!existsSync(path)) {
		throw new DataError(
			"is not there, so there is nothing to resume; start the training anew with --data",
			path,
		);
	}
	// A copy of its own: Node's small buffers share one.
	const bytes = Uint8Array.from(readFileSync(path));
	const { training, metadata } = load(bytes, path);
	const config = metadata[CONFIG_KEY];
	if (!training || !config || !metadata.sampler) {
		throw new DataError(
			"has no state of a training; resume a run of wgrad train",
			path,
		);
	}
	const { epoch, step, sinceBest } = training;
	return {
		config: JSON.parse(config),
		resumed: { bytes, at: { epoch, step, sinceBest } },
	};
}

function load(bytes: Uint8Array, path: string): LoadedModel {
	try {
		return loadModel(bytes, path, { device: cpuDevice(), encoders });
	} catch (error) {
		if (error instanceof CheckpointError) throw new DataError(error.message);
		throw error;
	}
}

/** Where the data lies and where the run ran. The configuration in the same file must be the checkpoint's. */
function readOrigin(
	run: string,
	config: TrainConfig,
): Origin & { readonly adapter?: string | undefined } {
	const path = join(run, "config.json");
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(path, "utf8"));
	} catch {
		throw new DataError("is missing or no JSON; restore the file", path);
	}
	const found = v.safeParse(recorded, value);
	if (!found.success) {
		const field = v.getDotPath(found.issues[0]) ?? "the whole";
		throw new DataError(
			`${field} is missing or damaged; restore the file`,
			path,
		);
	}
	for (const [field, ours] of Object.entries(config)) {
		if (JSON.stringify(found.output[field]) !== JSON.stringify(ours)) {
			throw new DataError(
				`${field} is not that of the checkpoint; restore it, for a run is resumed as it was begun`,
				path,
			);
		}
	}
	const { data, images, masks, layout, pair, preset, split } = found.output;
	const { allowOrphans, command, runtime, device, adapter } = found.output;
	return {
		data,
		...(command && { command }),
		...(images && { images }),
		...(masks && { masks }),
		...(layout && { layout }),
		...(pair && { pair }),
		...(allowOrphans && { allowOrphans }),
		...(preset && { preset }),
		...(split && { split }),
		...{ runtime, device, adapter },
	};
}
