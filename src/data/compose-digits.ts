import { UsageError } from "./errors.ts";
import { createRandom, type Random, shuffled } from "./random.ts";
import type { SegmentationSet } from "./segmentation-set.ts";

/** Height of a canvas in pixels. */
const HEIGHT = 64;
/** Width of a canvas in pixels. */
const WIDTH = 84;
/** Side of an MNIST digit in pixels. */
export const DIGIT_SIDE = 28;
/** Label of the pixels no digit covers. */
export const DIGITS_BACKGROUND = 10;
/** Share of the source digits set aside for validation. */
const VAL_SHARE = 0.2;

/** One source digit: its class and its 28x28 gray pixels. */
export interface Digit {
	readonly label: number;
	readonly pixels: Uint8Array;
}

/** Which images are made. */
export interface DigitsOptions {
	/** Images to train on. */
	readonly train: number;
	/** Images to validate on. */
	readonly val: number;
	readonly seed: number;
}

/**
 * Builds two sets in the form of M2NIST (farhanhubble, Kaggle): 64x84 gray
 * canvases with one to three 28x28 MNIST digits whose boxes do not overlap;
 * label 0 to 9 where a digit's pixel is above 0, 10 elsewhere. The sets share
 * no source digit. The same digits and seed give the same sets.
 */
export function composeDigits(
	options: DigitsOptions,
	digits: readonly Digit[],
): { train: SegmentationSet; val: SegmentationSet } {
	for (const part of ["train", "val"] as const) {
		if (!Number.isInteger(options[part]) || options[part] < 1) {
			throw new UsageError(
				`${part} is ${options[part]} images; give a whole number of at least 1`,
			);
		}
	}
	const random = createRandom(options.seed);
	const order = shuffled(digits.length, random);
	const valCount = Math.round(digits.length * VAL_SHARE);
	const pool = (indices: Uint32Array) => Array.from(indices, (i) => digits[i]);
	return {
		train: compose(
			options.train,
			pool(order.subarray(valCount)),
			random,
			"train",
		),
		val: compose(options.val, pool(order.subarray(0, valCount)), random, "val"),
	};
}

function compose(
	count: number,
	pool: readonly Digit[],
	random: Random,
	part: string,
): SegmentationSet {
	const size = HEIGHT * WIDTH;
	const images = new Uint8Array(count * size);
	const labels = new Uint8Array(count * size).fill(DIGITS_BACKGROUND);
	const names: string[] = [];
	for (let n = 0; n < count; n++) {
		const canvas = images.subarray(n * size, (n + 1) * size);
		const truth = labels.subarray(n * size, (n + 1) * size);
		for (const corner of drawCorners(1 + random.below(3), random)) {
			stamp(pool[random.below(pool.length)], corner, canvas, truth);
		}
		names.push(`digits-${part}-${String(n).padStart(5, "0")}`);
	}
	return {
		images,
		labels,
		count,
		height: HEIGHT,
		width: WIDTH,
		channels: 1,
		classes: DIGITS_BACKGROUND + 1,
		scale: 1 / 255,
		names,
	};
}

interface Corner {
	readonly top: number;
	readonly left: number;
}

/** Draws whole layouts until one has no overlap, so that all of them are equally likely. */
function drawCorners(count: number, random: Random): Corner[] {
	for (;;) {
		const corners = Array.from({ length: count }, () => ({
			top: random.below(HEIGHT - DIGIT_SIDE + 1),
			left: random.below(WIDTH - DIGIT_SIDE + 1),
		}));
		const overlap = corners.some((a, i) =>
			corners
				.slice(0, i)
				.some(
					(b) =>
						Math.abs(a.top - b.top) < DIGIT_SIDE &&
						Math.abs(a.left - b.left) < DIGIT_SIDE,
				),
		);
		if (!overlap) return corners;
	}
}

function stamp(
	digit: Digit,
	corner: Corner,
	canvas: Uint8Array,
	truth: Uint8Array,
): void {
	for (let y = 0; y < DIGIT_SIDE; y++) {
		for (let x = 0; x < DIGIT_SIDE; x++) {
			const value = digit.pixels[y * DIGIT_SIDE + x];
			if (value === 0) continue;
			const at = (corner.top + y) * WIDTH + corner.left + x;
			canvas[at] = value;
			truth[at] = digit.label;
		}
	}
}
