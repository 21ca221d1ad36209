import type { TrainConfig } from "../app/job.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { SAMPLINGS } from "../data/sampler.ts";
import {
	classHistogram,
	type SegmentationSet,
} from "../data/segmentation-set.ts";
import { unetConfig } from "../unet/index.ts";
import { AUGMENT_OPTIONS, resolveAugment } from "./augment-options.ts";
import { digitsPreset } from "./digits-preset.ts";
import { DIGITS, type TrainingData } from "./load-data.ts";
import * as option from "./option.ts";

/** What a user's own set gets where an option is not given. */
const DEFAULTS = {
	epochs: 20,
	batch: 8,
	learningRate: 3e-3,
	schedule: "one-cycle",
	classWeights: "auto",
	model: {},
} as const;

/** The options that decide on network and training. */
export const TRAINING_OPTIONS = {
	epochs: option.wholeNumber("N", "passes over the training images (20)", 1),
	batch: option.wholeNumber("N", "images per step (8)", 1),
	lr: option.number(
		"RATE",
		"peak learning rate of Adam (0.003)",
		"a number above 0, usually 0.0001 to 0.01",
		(n) => n > 0,
	),
	precision: option.rare(
		option.choice(
			["f32", "f16"],
			"f16: half the memory for activations, on adapters with shader-f16 (f32)",
		),
	),
	schedule: option.choice(
		["one-cycle", "cosine", "constant"],
		"of the learning rate (one-cycle)",
	),
	base: option.wholeNumber("N", "channels of the first level (16)", 1, 1024),
	depth: option.wholeNumber("N", "times the resolution is halved (3)", 0, 8),
	convs: option.wholeNumber("N", "3x3 convolutions per level (2)", 1, 8),
	"class-weights": option.classWeights(
		"loss weights; auto = 1/sqrt(frequency) (auto)",
	),
	...AUGMENT_OPTIONS,
	sampling: option.rare(
		option.choice(SAMPLINGS, "how an epoch draws images (shuffle)"),
	),
	accumulate: option.rare(
		option.wholeNumber("N", "batches whose gradients make one step (1)", 1),
	),
	average: option.rare(
		option.number(
			"DECAY",
			"validate and keep a moving average of the weights (none)",
			"a decay between 0 and 1, usually 0.99 to 0.9999",
			(n) => n > 0 && n < 1,
		),
	),
	monitor: option.rare(
		option.choice(["miou", "loss"], "what makes an epoch the best (miou)"),
	),
	patience: option.rare(
		option.wholeNumber("N", "end after N epochs without a better one", 1),
	),
	keep: option.rare(
		option.wholeNumber(
			"N",
			"also keep the checkpoints of the last N epochs",
			1,
		),
	),
	seed: option.wholeNumber("N", "of weights, order and split (0)", 0),
};

type Values = {
	readonly [K in keyof typeof TRAINING_OPTIONS]: (typeof TRAINING_OPTIONS)[K] extends {
		schema: import("valibot").GenericSchema<unknown, infer T>;
	}
		? T
		: never;
};

/** Resolves options, the digits' preset and the data into one configuration. Throws UsageError naming the option. */
export function resolveConfig(
	values: Values,
	dir: string,
	data: TrainingData,
	mask: Pick<TrainConfig, "map" | "ignore">,
): TrainConfig {
	const { train, classNames } = data;
	const preset = dir === DIGITS ? digitsPreset : DEFAULTS;
	if (train.classes < 2) {
		throw new DataError(
			"the masks hold a single class, so there is nothing to learn; check --map, or give --classes 2",
			dir,
		);
	}
	if (classNames.length !== train.classes) {
		throw new UsageError(
			`--classes names ${classNames.length} classes but the data has ${train.classes}`,
		);
	}
	const { accumulate = 1, average, monitor = "miou", patience, keep } = values;
	const most = Math.floor(train.count / accumulate);
	if (most < 1) {
		throw new UsageError(
			`--accumulate is ${accumulate} but there are only ${train.count} training images; give a whole number from 1 to ${train.count}`,
		);
	}
	if (values.batch !== undefined && values.batch > most) {
		const times = accumulate > 1 ? ` for ${accumulate} batches` : "";
		throw new UsageError(
			`--batch is ${values.batch} but there are only ${train.count} training images${times}; give a whole number from 1 to ${most}`,
		);
	}
	const classWeights = resolveWeights(
		values["class-weights"] ?? preset.classWeights,
		train,
	);
	const { base, depth, convs } = values;
	const shorthand = { base, depth, convs };
	const regular = Object.values(shorthand).some((v) => v !== undefined);
	return {
		model: unetConfig({
			inChannels: train.channels,
			classes: train.classes,
			...(regular ? shorthand : preset.model),
		}),
		size: [train.height, train.width],
		scale: train.scale,
		classNames,
		batch: values.batch ?? Math.min(preset.batch, most),
		accumulate,
		precision: values.precision ?? "f32",
		epochs: values.epochs ?? preset.epochs,
		learningRate: values.lr ?? preset.learningRate,
		schedule: values.schedule ?? preset.schedule,
		...(classWeights && { classWeights }),
		augment: resolveAugment(values, train, classNames),
		sampling: values.sampling ?? "shuffle",
		...(average !== undefined && { average }),
		monitor,
		...(patience !== undefined && { patience }),
		...(keep !== undefined && { keep }),
		seed: values.seed ?? 0,
		...mask,
	};
}

/**
 * `auto` weighs a class by 1/sqrt(its share of the pixels), scaled so that the
 * mean over the pixels is 1: rare classes count more, but not as much as if
 * all were equally frequent, which makes a net paint them too large.
 */
function resolveWeights(
	wanted: "auto" | "none" | readonly number[],
	set: SegmentationSet,
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
	const { counts } = classHistogram(set);
	const total = counts.reduce((a, b) => a + b, 0);
	const mean = counts.reduce((sum, n) => sum + Math.sqrt(n / total), 0);
	// A class without a pixel has no say in the loss: any weight will do.
	return counts.map((n) => (n > 0 ? 1 / Math.sqrt(n / total) / mean : 1));
}
