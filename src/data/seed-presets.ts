import type { AugmentConfig } from "./augment.ts";
import type { SamplerOptions } from "./sampler.ts";
import { IGNORE } from "./segmentation-set.ts";
import type { SplitPlan } from "./split.ts";

/** How the author of an article prepared the data. */
export interface DataPreset {
	/** Of a set with as many images as the author's; the seed is the user's. */
	readonly split: Omit<SplitPlan, "seed">;
	readonly sampling: NonNullable<SamplerOptions["sampling"]>;
	readonly augment: AugmentConfig;
}

const unchanged: AugmentConfig = {
	steps: [],
	choose: "each",
	outside: IGNORE,
};

/** By the names of the presets of `wgrad train`. Four of the five articles change no image. */
export const DATA_PRESETS: Readonly<Record<string, DataPreset>> = {
	/** 4,731 images: 30 % do not train (1,420), 15 % of these are the test (213). */
	ochuman: {
		split: { val: 0.255, test: 0.045 },
		sampling: "shuffle",
		augment: unchanged,
	},
	/**
	 * 1,000 images, 20 % validate. The author trains on every image and on one
	 * copy of it for each of seven changes; that is any of the eight, equally
	 * likely. (His turned copies are made but, by a slip, never used.)
	 */
	clothing: {
		split: { val: 0.2 },
		sampling: "shuffle",
		augment: {
			choose: "one",
			outside: IGNORE,
			steps: [
				{ name: "brightness", range: [0.1, 0.1], probability: 1 / 8 },
				{ name: "gamma", range: [0.1, 0.1], probability: 1 / 8 },
				{ name: "hue", range: [-0.1, -0.1], probability: 1 / 8 },
				{ name: "central-crop", range: [0.7, 0.7], probability: 1 / 8 },
				{ name: "flip-left-right", probability: 1 / 8 },
				{ name: "flip-up-down", probability: 1 / 8 },
				{ name: "rot90", range: [1, 1], probability: 1 / 8 },
			],
		},
	},
	/** The loader takes the first images to train, not shuffled; the author does not say how many. */
	"voc-person": {
		split: { val: 0.2, pick: "tail" },
		sampling: "shuffle",
		augment: unchanged,
	},
	/** 7,390 images, shuffled; the last 1,000 validate. */
	pets: { split: { val: 1000 }, sampling: "shuffle", augment: unchanged },
	/** 5,000 images; the last 100 are the test. Batches are drawn with replacement. */
	m2nist: {
		split: { val: 100, pick: "tail" },
		sampling: "replacement",
		augment: unchanged,
	},
};
