import { SAMPLINGS } from "../data/sampler.ts";
import { AUGMENT_OPTIONS } from "./augment-options.ts";
import * as option from "./option.ts";
import { PRESETS } from "./settings-schema.ts";

/** The options that decide on network and training. */
export const TRAINING_OPTIONS = {
	preset: option.choice(
		PRESETS,
		"a published network and its settings; see wgrad summary",
		"NAME",
	),
	config: option.text(
		"FILE",
		"JSON or TOML of settings; docs/presets.md has them",
		"a .json or .toml file",
	),
	set: option.rare(
		option.texts("A.B=C", "one of these settings", "a setting as A.B=C"),
	),
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
	depth: option.rare(
		option.wholeNumber("N", "times the resolution is halved (3)", 0, 8),
	),
	convs: option.rare(
		option.wholeNumber("N", "3x3 convolutions per level (2)", 1, 8),
	),
	"class-weights": option.classWeights(
		"loss weights; auto = 1/sqrt(frequency) (auto)",
	),
	...AUGMENT_OPTIONS,
	sampling: option.rare(
		option.choice(SAMPLINGS, "how an epoch draws images (shuffle)"),
	),
	"encoder-weights": option.rare(
		option.text(
			"FILE",
			"safetensors of the published encoder, by Keras's names",
			"a safetensors file",
		),
	),
	"frozen-epochs": option.rare(
		option.wholeNumber(
			"N",
			"first epochs that leave these weights as they are",
			0,
		),
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

/** The values of `TRAINING_OPTIONS`. */
export type TrainingValues = {
	readonly [K in keyof typeof TRAINING_OPTIONS]: (typeof TRAINING_OPTIONS)[K] extends {
		schema: import("valibot").GenericSchema<unknown, infer T>;
	}
		? T
		: never;
};
