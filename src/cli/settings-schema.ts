import * as v from "valibot";
import { namedOptimizers } from "../app/named-optimizers.ts";
import { type PresetName, presets } from "../app/presets.ts";
import { parseAugment } from "../data/augment-config.ts";
import { AUGMENTATIONS, type AugmentationName } from "../data/augmentations.ts";
import { SAMPLINGS } from "../data/sampler.ts";

/** Names of the presets. */
export const PRESETS = Object.keys(presets) as PresetName[];

const namesOf = <T extends string>(table: Readonly<Record<T, unknown>>) =>
	Object.keys(table) as T[];

const whole = v.pipe(v.number(), v.integer());
const count = v.pipe(whole, v.minValue(1));
const rate = v.pipe(v.number(), v.finite(), v.gtValue(0));
const share = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));
const text = v.pipe(v.string(), v.minLength(1));

/** As `--augment` writes them, or as a run's config.json has them. */
const augment = v.union([
	v.pipe(
		text,
		v.transform((list) => ({
			steps: list === "none" ? [] : parseAugment(list),
			choose: "each" as const,
		})),
	),
	v.strictObject({
		choose: v.optional(v.picklist(["each", "one"]), "each"),
		steps: v.array(
			v.strictObject({
				name: v.picklist(namesOf<AugmentationName>(AUGMENTATIONS)),
				probability: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
				range: v.exactOptional(v.tuple([v.number(), v.number()])),
			}),
		),
		/** Label of pixels beyond a moved image: 255 ignores them. */
		outside: v.exactOptional(whole),
	}),
]);

/** Images: a share of them, a number, or a file that lists them. */
const part = v.union([share, count, text]);

const split = v.strictObject({
	val: v.exactOptional(part),
	test: v.exactOptional(part),
	train: v.exactOptional(text),
	pick: v.exactOptional(v.picklist(["random", "head", "tail"])),
	fold: v.exactOptional(v.tuple([count, count])),
	/** A run, or its split.json. */
	from: v.exactOptional(text),
});

const phase = v.strictObject({
	epochs: count,
	frozen: v.optional(v.boolean(), false),
	learningRate: v.exactOptional(rate),
});

/** Where the data lies and how it is read. */
const data = {
	data: v.exactOptional(text),
	images: v.exactOptional(text),
	masks: v.exactOptional(text),
	layout: v.exactOptional(text),
	pair: v.exactOptional(text),
	map: v.exactOptional(v.record(v.string(), v.pipe(whole, v.minValue(0)))),
	offset: v.exactOptional(whole),
	ignore: v.exactOptional(v.array(whole)),
	allowOrphans: v.exactOptional(v.boolean()),
	size: v.exactOptional(v.tuple([count, count])),
	classNames: v.exactOptional(v.pipe(v.array(text), v.minLength(2))),
	split: v.exactOptional(split),
};

/** How it is trained. */
const training = {
	epochs: v.exactOptional(count),
	batch: v.exactOptional(count),
	accumulate: v.exactOptional(count),
	precision: v.exactOptional(v.picklist(["f32", "f16"])),
	optimizer: v.exactOptional(v.picklist(namesOf(namedOptimizers))),
	learningRate: v.exactOptional(rate),
	schedule: v.exactOptional(v.picklist(["one-cycle", "cosine", "constant"])),
	classWeights: v.exactOptional(
		v.union([
			v.picklist(["auto", "none"]),
			v.array(v.pipe(v.number(), v.finite(), v.minValue(0))),
		]),
	),
	phases: v.exactOptional(v.pipe(v.array(phase), v.minLength(1))),
	encoderWeights: v.exactOptional(text),
	augment: v.exactOptional(augment),
	sampling: v.exactOptional(v.picklist(SAMPLINGS)),
	average: v.exactOptional(share),
	monitor: v.exactOptional(v.picklist(["miou", "loss"])),
	patience: v.exactOptional(count),
	keep: v.exactOptional(count),
	seed: v.exactOptional(v.pipe(whole, v.minValue(0))),
};

/**
 * What `--config` and `--set` may say of a training; a run's config.json says
 * all of it. The fields of `model` are those of `UnetOptions`, which checks them.
 */
export const settingsSchema = v.strictObject({
	preset: v.exactOptional(v.picklist(PRESETS)),
	model: v.exactOptional(
		v.looseObject({
			inChannels: v.exactOptional(v.picklist([1, 3])),
			classes: v.exactOptional(v.pipe(whole, v.minValue(2))),
		}),
	),
	...data,
	...training,
	runtime: v.exactOptional(v.picklist(["chrome", "node"])),
	device: v.exactOptional(v.picklist(["webgpu", "cpu"])),
	// What a run records besides.
	scale: v.exactOptional(v.number()),
	adapter: v.exactOptional(v.string()),
	command: v.exactOptional(v.array(v.string())),
});

/** Settings of a training, checked. */
export type TrainSettings = v.InferOutput<typeof settingsSchema>;
