import { parseAugment } from "../../data/augment-config.ts";
import {
	classHistogram,
	type LabelledSource,
} from "../../data/labelled-source.ts";
import { IGNORE } from "../../data/segmentation-set.ts";
import { encoders } from "../../unet/encoders/index.ts";
import { namedOptions, unetConfig } from "../../unet/index.ts";
import { autoWeights } from "../auto-weights.ts";
import { headerOf } from "../read-set.ts";
import { type Network, networks } from "./networks.ts";
import type { TrainJob } from "./run-record.ts";

/** What the user decides. */
export interface Settings {
	readonly network: string;
	readonly epochs: number;
	readonly batch: number;
	readonly learningRate: number;
	/** Longer side to which pictures are made smaller; the digits have a size of their own. */
	readonly size: number;
	/** Built-in digits: images to train on. */
	readonly images: number;
	readonly augment: keyof typeof AUGMENTS;
	readonly device: "webgpu" | "cpu";
	readonly seed: number;
}

/** How training images may be changed. */
export const AUGMENTS = {
	none: { label: "None", steps: "" },
	mirror: { label: "Mirror left and right", steps: "flip-left-right" },
	photo: {
		label: "Mirror, turn, zoom, light",
		steps: "flip-left-right,rotation=15,scale=0.8:1.25,brightness=0.15",
	},
} as const;

/** Validation images whose prediction is kept of every epoch. */
const SAMPLES = 6;
/** How many of the best and of the worst validation images are told at the end. */
const RANKED = 3;
/** Seconds between two checkpoints within an epoch: what a killed tab loses. */
const SAVE_EVERY = 20;
/** Images kept in memory between epochs. */
const CACHE_BYTES = 512 * 2 ** 20;

/** The training that settings and data make. Throws UsageError or ConfigError with what does not fit. */
export function planTraining(
	settings: Settings,
	data: {
		readonly train: LabelledSource;
		readonly valid: LabelledSource;
		readonly classNames: readonly string[];
	},
): TrainJob {
	const { train, valid, classNames } = data;
	const network = networks[settings.network];
	const { optimizer, schedule } = network;
	const classWeights = weightsOf(network.classWeights, train);
	// Colours of a published network's classes mean nothing for others.
	const { targets, ...form } = network.model;
	const fits = targets?.length === train.classes;
	const { steps } = AUGMENTS[settings.augment];
	return {
		kind: "train",
		device: settings.device,
		config: {
			model: unetConfig(
				namedOptions(
					{
						...form,
						...(fits && { targets }),
						inChannels: train.channels,
						classes: train.classes,
					},
					encoders,
				),
			),
			size: [train.height, train.width],
			scale: train.scale,
			classNames,
			batch: Math.min(settings.batch, train.count),
			accumulate: 1,
			epochs: settings.epochs,
			...(optimizer && { optimizer }),
			learningRate: settings.learningRate,
			schedule,
			...(classWeights && { classWeights }),
			augment: {
				steps: steps ? parseAugment(steps) : [],
				choose: "each",
				outside: IGNORE,
			},
			sampling: "shuffle",
			monitor: "miou",
			seed: settings.seed,
			ignore: [],
		},
		train: headerOf(train),
		valid: headerOf(valid),
		samples: SAMPLES,
		ranked: RANKED,
		saveEvery: SAVE_EVERY,
		cacheBytes: CACHE_BYTES,
		resume: false,
	};
}

/** Those of a network made for other classes are of no use. */
function weightsOf(
	wanted: Network["classWeights"],
	set: LabelledSource,
): readonly number[] | undefined {
	if (wanted === "none") return undefined;
	if (wanted !== "auto" && wanted.length === set.classes) return wanted;
	return autoWeights(classHistogram(set).counts);
}
