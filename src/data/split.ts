import { DataError, UsageError } from "./errors.ts";
import { createRandom, shuffled } from "./random.ts";

/** Which images train and which validate; both lists ascend. */
export interface Split {
	readonly train: number[];
	readonly val: number[];
}

/**
 * Splits `count` images at random: `valFraction` of them (rounded, at least
 * one in each part) validate. The same seed gives the same split.
 * Throws DataError for fewer than two images, UsageError for a fraction
 * outside 0 to 1.
 */
export function splitIndices(
	count: number,
	valFraction: number,
	seed: number,
): Split {
	if (!(valFraction > 0 && valFraction < 1)) {
		throw new UsageError(
			`the validation share is ${valFraction}; give a number between 0 and 1, for example 0.2`,
		);
	}
	if (count < 2) {
		throw new DataError(
			`${count === 1 ? "one image is" : "no images are"} not enough to split into training and validation; add images so that there are at least 2`,
		);
	}
	const wanted = Math.round(count * valFraction);
	const valCount = Math.min(Math.max(wanted, 1), count - 1);
	const order = [...shuffled(count, createRandom(seed))];
	const ascending = (a: number, b: number) => a - b;
	return {
		train: order.slice(valCount).sort(ascending),
		val: order.slice(0, valCount).sort(ascending),
	};
}
