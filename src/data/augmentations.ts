import type { Pixels } from "./augment.ts";
import * as colour from "./augment-colour.ts";
import * as exact from "./augment-exact.ts";
import { elastic, type Move, rotation, scaling } from "./augment-warp.ts";
import { normal, type Random } from "./random.ts";
import { IGNORE } from "./segmentation-set.ts";

/** A change that is decided: of the pixels at once, or of the places they are taken from. */
export type Operation =
	| { apply(pixels: Pixels): void }
	| { readonly move: Move };

/** What a strength may be. */
interface Strength {
	/** What it is, with its unit. */
	readonly meaning: string;
	readonly least: number;
	readonly most: number;
	/** Lowest and highest where none are given. */
	readonly usual: readonly [number, number];
	/** Lowest and highest for a single number. */
	spread(value: number): readonly [number, number];
	/** Only whole numbers. */
	readonly whole?: boolean;
}

/** One kind of change. */
export interface Augmentation {
	/** How often where nothing is said. */
	readonly probability: number;
	readonly strength?: Strength;
	/** Red, green and blue are needed. */
	readonly colour?: boolean;
	operation(strength: number, pixels: Pixels, random: Random): Operation;
}

const around = (centre: number) => (value: number) =>
	[centre - value, centre + value] as const;
const exactly = (value: number) => [value, value] as const;
const upTo = (value: number) => [0, value] as const;

const table = {
	"flip-left-right": {
		probability: 0.5,
		operation: () => ({ apply: exact.flipLeftRight }),
	},
	"flip-up-down": {
		probability: 0.5,
		operation: () => ({ apply: exact.flipUpDown }),
	},
	rot90: {
		probability: 0.75,
		strength: {
			meaning: "quarter turns counter-clockwise",
			least: 1,
			most: 3,
			usual: [1, 3],
			spread: exactly,
			whole: true,
		},
		operation: (turns) => ({ apply: (p) => exact.rot90(p, turns) }),
	},
	"central-crop": {
		probability: 0.5,
		strength: {
			meaning: "share of height and width that is kept",
			least: 0.05,
			most: 1,
			usual: [0.7, 1],
			spread: exactly,
		},
		operation: (kept) => ({ apply: (p) => exact.centralCrop(p, kept) }),
	},
	scale: {
		probability: 1,
		strength: {
			meaning: "factor of enlargement about the centre",
			least: 0.1,
			most: 10,
			usual: [0.8, 1.25],
			spread: around(1),
		},
		operation: (factor) => ({ move: scaling(factor) }),
	},
	rotation: {
		probability: 1,
		strength: {
			meaning: "degrees counter-clockwise",
			least: -180,
			most: 180,
			usual: [-15, 15],
			spread: around(0),
		},
		operation: (degrees) => ({ move: rotation(degrees) }),
	},
	elastic: {
		probability: 1,
		strength: {
			meaning: "deviation as a share of the shorter side",
			least: 0,
			most: 0.2,
			// The U-Net paper's 10 pixels of 512.
			usual: [0.02, 0.02],
			spread: exactly,
		},
		operation: (share, { height, width }, random) => ({
			move: elastic(share * Math.min(height, width), random),
		}),
	},
	brightness: {
		probability: 1,
		strength: {
			meaning: "added to the net's input",
			least: -1,
			most: 1,
			usual: [-0.1, 0.1],
			spread: around(0),
		},
		operation: (delta) => ({
			apply: ({ x }) => colour.adjustBrightness(x, delta),
		}),
	},
	contrast: {
		probability: 1,
		strength: {
			meaning: "factor of the distance from the mean",
			least: 0,
			most: 10,
			usual: [0.8, 1.2],
			spread: around(1),
		},
		operation: (factor) => ({
			apply: ({ x, channels }) => colour.adjustContrast(x, channels, factor),
		}),
	},
	gamma: {
		probability: 1,
		strength: {
			meaning: "exponent",
			least: 0.01,
			most: 10,
			usual: [0.8, 1.25],
			spread: around(1),
		},
		operation: (gamma) => ({ apply: ({ x }) => colour.adjustGamma(x, gamma) }),
	},
	hue: {
		probability: 1,
		colour: true,
		strength: {
			meaning: "share of the circle of hues",
			least: -1,
			most: 1,
			usual: [-0.05, 0.05],
			spread: around(0),
		},
		operation: (delta) => ({ apply: ({ x }) => colour.adjustHue(x, delta) }),
	},
	saturation: {
		probability: 1,
		colour: true,
		strength: {
			meaning: "factor",
			least: 0,
			most: 10,
			usual: [0.8, 1.2],
			spread: around(1),
		},
		operation: (factor) => ({
			apply: ({ x }) => colour.adjustSaturation(x, factor),
		}),
	},
	noise: {
		probability: 1,
		strength: {
			meaning: "deviation of normal noise in the net's input",
			least: 0,
			most: 1,
			usual: [0, 0.05],
			spread: upTo,
		},
		operation: (deviation, _, random) => ({
			apply: ({ x }) => addNoise(x, deviation, random),
		}),
	},
	cutout: {
		probability: 0.5,
		strength: {
			meaning: "side of the square as a share of the shorter side",
			least: 0,
			most: 1,
			usual: [0.25, 0.25],
			spread: exactly,
		},
		operation: (share, _, random) => ({
			apply: (pixels) => cutout(pixels, share, random),
		}),
	},
} satisfies Record<string, Augmentation>;

/** The name of a kind of change. */
export type AugmentationName = keyof typeof table;

/** All kinds by name. */
export const AUGMENTATIONS: Readonly<Record<AugmentationName, Augmentation>> =
	table;

function addNoise(x: Float32Array, deviation: number, random: Random): void {
	for (let i = 0; i < x.length; i++) x[i] += deviation * normal(random);
}

/**
 * Blanks a square around a random pixel, as far as it lies in the image
 * (DeVries and Taylor 2017): 0 in the image, and ignored in the labels, so
 * that nobody is taught to guess what was there.
 */
function cutout(
	{ x, labels, height, width, channels }: Pixels,
	share: number,
	random: Random,
): void {
	const side = Math.round(share * Math.min(height, width));
	const top = random.below(height) - Math.floor(side / 2);
	const left = random.below(width) - Math.floor(side / 2);
	const first = Math.max(left, 0);
	const last = Math.min(left + side, width);
	for (let row = Math.max(top, 0); row < Math.min(top + side, height); row++) {
		const start = row * width;
		if (last <= first) return;
		labels.fill(IGNORE, start + first, start + last);
		x.fill(0, (start + first) * channels, (start + last) * channels);
	}
}
