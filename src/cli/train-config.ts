import { autoWeights } from "../app/auto-weights.ts";
import { digitsPreset } from "../app/digits-preset.ts";
import type { Phase, TrainConfig } from "../app/job.ts";
import { type Preset, type PresetName, presets } from "../app/presets.ts";
import { SINGLE_CLASS } from "../data/count-classes.ts";
import { DataError, UsageError } from "../data/errors.ts";
import {
	classHistogram,
	type LabelledSource,
} from "../data/labelled-source.ts";
import { encoders } from "../unet/encoders/index.ts";
import {
	type NamedOptions,
	namedOptions,
	type UnetConfig,
	unetConfig,
} from "../unet/index.ts";
import { resolveAugment } from "./augment-options.ts";
import { checkWeightsFile } from "./encoder-weights.ts";
import { DIGITS, type TrainingData } from "./load-data.ts";
import { asUsageError } from "./settings.ts";
import type { TrainSettings } from "./settings-schema.ts";
import type { TrainingValues } from "./training-options.ts";

/** What a user's own set gets where an option is not given. */
const DEFAULTS = {
	epochs: 20,
	batch: 8,
	learningRate: 3e-3,
	schedule: "one-cycle",
	classWeights: "auto",
	model: {},
} as const;

/** Resolves options, settings, preset and the data into one configuration. Throws UsageError naming the option. */
export function resolveConfig(
	values: TrainingValues,
	own: Pick<TrainSettings, "model" | "optimizer" | "phases">,
	dir: string,
	data: TrainingData,
): TrainConfig {
	const { train, classNames } = data;
	const { map, offset, ignore = [] } = data.labels;
	const usual = settingsOf(values.preset, dir);
	checkClasses(data, dir);
	const { accumulate = 1, average, patience, keep } = values;
	const most = mostPerBatch(values, train.count);
	const model = modelFor(values, own.model, usual.model, train);
	const encoderWeights = values["encoder-weights"];
	if (encoderWeights) checkWeightsFile(encoderWeights, model);
	const learningRate = values.lr ?? usual.learningRate;
	const phases = phasesFor(values, own.phases, usual, learningRate);
	const optimizer = own.optimizer ?? usual.optimizer;
	const classWeights = resolveWeights(
		values["class-weights"] ?? usual.classWeights,
		train,
	);
	return {
		model,
		size: [train.height, train.width],
		scale: train.scale,
		classNames,
		batch: values.batch ?? Math.min(usual.batch, most),
		accumulate,
		precision: values.precision ?? "f32",
		epochs: phases.reduce((sum, phase) => sum + phase.epochs, 0),
		...(optimizer && { optimizer }),
		...(encoderWeights && { encoderWeights }),
		...(phases.length > 1 || phases[0].frozen ? { phases } : {}),
		learningRate,
		schedule: values.schedule ?? usual.schedule,
		...(classWeights && { classWeights }),
		augment: resolveAugment(
			{ ...values, augment: values.augment ?? usual.augment },
			train,
			classNames,
		),
		sampling: values.sampling ?? usual.sampling ?? "shuffle",
		...(average !== undefined && { average }),
		monitor: values.monitor ?? "miou",
		...(patience !== undefined && { patience }),
		...(keep !== undefined && { keep }),
		seed: values.seed ?? 0,
		...(map && { map }),
		...(offset !== undefined && { offset }),
		ignore,
	};
}

function checkClasses({ train, classNames }: TrainingData, dir: string): void {
	if (train.classes < 2) {
		throw new DataError(SINGLE_CLASS, dir);
	}
	if (classNames.length !== train.classes) {
		throw new UsageError(
			`--classes names ${classNames.length} classes but the data has ${train.classes}`,
		);
	}
}

/** The most images a batch can have. */
function mostPerBatch(
	{ accumulate = 1, batch }: TrainingValues,
	images: number,
): number {
	const most = Math.floor(images / accumulate);
	if (most < 1) {
		throw new UsageError(
			`--accumulate is ${accumulate} but there are only ${images} training images; give a whole number from 1 to ${images}`,
		);
	}
	if (batch !== undefined && batch > most) {
		const times = accumulate > 1 ? ` for ${accumulate} batches` : "";
		throw new UsageError(
			`--batch is ${batch} but there are only ${images} training images${times}; give a whole number from 1 to ${most}`,
		);
	}
	return most;
}

function modelFor(
	values: TrainingValues,
	given: TrainSettings["model"],
	usual: Partial<NamedOptions>,
	{ channels, classes }: LabelledSource,
): UnetConfig {
	const shorthand: Partial<NamedOptions> = {
		...(values.base !== undefined && { base: values.base }),
		...(values.depth !== undefined && { depth: values.depth }),
		...(values.convs !== undefined && { convs: values.convs }),
	};
	const regular = Object.keys(shorthand).length > 0;
	if (values.preset && regular) {
		throw new UsageError(
			"--base, --depth and --convs make a network of their own; leave them out, or --preset",
		);
	}
	const options = {
		...(regular ? {} : usual),
		...given,
		...shorthand,
		inChannels: channels,
		classes,
	};
	return asUsageError(() => unetConfig(namedOptions(options, encoders)));
}

function phasesFor(
	values: TrainingValues,
	planned: TrainSettings["phases"],
	usual: Settings,
	learningRate: number,
): Phase[] {
	const { epochs, "frozen-epochs": frozenEpochs } = values;
	if (!planned) {
		// Random weights must learn.
		const pretrained = values["encoder-weights"] !== undefined;
		const frozen = frozenEpochs ?? (pretrained ? (usual.frozenEpochs ?? 0) : 0);
		return frozenFirst(epochs ?? usual.epochs, frozen, learningRate);
	}
	if ((epochs ?? frozenEpochs) !== undefined) {
		throw new UsageError(
			"phases say how many epochs there are; leave out --epochs and --frozen-epochs",
		);
	}
	return planned.map((phase) => ({ learningRate, ...phase }));
}

/** A training whose first epochs leave the backbone as it is. */
function frozenFirst(
	epochs: number,
	frozen: number,
	learningRate: number,
): Phase[] {
	const first = Math.min(frozen, epochs);
	return [
		{ epochs: first, frozen: true, learningRate },
		{ epochs: epochs - first, frozen: false, learningRate },
	].filter((phase) => phase.epochs > 0);
}

interface Settings
	extends Pick<TrainConfig, "schedule" | "optimizer">,
		Pick<Preset, "augment" | "sampling"> {
	readonly frozenEpochs?: number | undefined;
	readonly epochs: number;
	readonly batch: number;
	readonly learningRate: number;
	readonly classWeights: "auto" | "none" | readonly number[];
	readonly model: Partial<NamedOptions>;
}

/** A published network with its rate, unweighted loss and, where its source names them, epochs and batch. */
function settingsOf(name: PresetName | undefined, dir: string): Settings {
	if (!name) return dir === DIGITS ? digitsPreset : DEFAULTS;
	const {
		model,
		optimizer,
		learningRate,
		batch,
		epochs,
		frozenEpochs,
		augment,
		sampling,
	}: Preset = presets[name];
	return {
		model,
		optimizer,
		...(augment && { augment }),
		...(sampling && { sampling }),
		frozenEpochs,
		learningRate,
		batch: batch ?? DEFAULTS.batch,
		epochs: epochs ?? DEFAULTS.epochs,
		schedule: "constant",
		classWeights: "none",
	};
}

function resolveWeights(
	wanted: "auto" | "none" | readonly number[],
	set: LabelledSource,
): readonly number[] | undefined {
	if (wanted === "none") return undefined;
	if (wanted !== "auto") {
		if (wanted.length !== set.classes) {
			throw new UsageError(
				`--class-weights gives ${wanted.length} numbers for ${set.classes} classes; give one per class`,
			);
		}
		return wanted;
	}
	return autoWeights(classHistogram(set).counts);
}
