import { DataError, formatList, UsageError } from "./errors.ts";
import { createRandom, shuffled } from "./random.ts";

/** Which images train, which validate after every epoch, and which are kept for the end; the lists ascend. */
export interface Split {
	readonly train: number[];
	readonly val: number[];
	readonly test: number[];
}

/** How images are divided; plain JSON. */
export interface SplitPlan {
	/** Validation images: a share of all below 1, or a number of images; 0 = none. */
	readonly val?: number | undefined;
	/** Likewise images that no epoch sees, taken before the validation images; 0 by default. */
	readonly test?: number | undefined;
	/** Where these are taken: at random, or from the head or the tail of the images in order. */
	readonly pick?: "random" | "head" | "tail" | undefined;
	/** `[k, K]`: instead of `val`, the k-th (from 1) of K parts that differ in size by at most one image. */
	readonly fold?: readonly [number, number] | undefined;
	/** Of the random order. */
	readonly seed: number;
}

/** Share of the images that validate where nothing else is said. */
export const DEFAULT_VAL = 0.2;

/**
 * Divides images 0 to `count - 1`. Shares are rounded up from the end, as two
 * calls of scikit-learn's `train_test_split` do: the images that do not train
 * are `ceil((val + test) * count)`, those of the test `ceil(test * count)`.
 * Folds are those of scikit-learn's `KFold`. The test part depends only on
 * `test`, `pick` and `seed`, so that all folds share it.
 * Throws DataError when a part would stay empty, UsageError for a bad plan.
 */
export function splitIndices(count: number, plan: SplitPlan): Split {
	checkPlan(plan);
	const { fold } = plan;
	if (count === 0 || (count === 1 && plan.val !== 0)) {
		throw new DataError(
			`${count === 1 ? "one image is" : "no images are"} not enough to split into training and validation; add images so that there are at least 2`,
		);
	}
	const [valCount, testCount] = sizes(count, plan);
	const order = [...orderOf(count, plan)];
	const test = order.splice(0, testCount);
	const [first, last] = fold ? bounds(order.length, fold) : [0, valCount];
	const val = order.splice(first, last - first);
	const short = order.length === 0 || (fold && val.length === 0);
	if (short || val.length + test.length < last - first + testCount) {
		const wanted = fold ? `${fold[1]} folds` : `${valCount} validation`;
		throw new DataError(
			`${count} images are too few for ${wanted} and ${testCount} test images beside one to train; ask for fewer`,
		);
	}
	const ascending = (a: number, b: number) => a - b;
	return {
		train: order.sort(ascending),
		val: val.sort(ascending),
		test: test.sort(ascending),
	};
}

function checkPlan({ val, test, fold }: SplitPlan): void {
	for (const [name, amount] of [
		["validation", val],
		["test", test],
	] as const) {
		if (amount === undefined) continue;
		const share = amount > 0 && amount < 1;
		if (!share && !(Number.isInteger(amount) && amount >= 0)) {
			throw new UsageError(
				`the ${name} part is ${amount}; give a share of the images between 0 and 1, for example 0.2, or a whole number of images`,
			);
		}
	}
	if (!fold) return;
	const [k, of] = fold;
	if (!(Number.isInteger(k) && Number.isInteger(of) && k >= 1 && k <= of)) {
		throw new UsageError(
			`fold ${k}/${of} does not exist; give one of K folds as k/K, for example 1/5`,
		);
	}
	if (of < 2) throw new UsageError("one fold leaves no training image");
	if (val !== undefined) {
		throw new UsageError(
			"both a fold and a validation part are given; leave one of them out",
		);
	}
}

/** Numbers of validation and test images; a share leaves at least one image to train. */
function sizes(count: number, plan: SplitPlan): [number, number] {
	const { val = DEFAULT_VAL, test = 0 } = plan;
	// A product such as 0.07 * 100 may lie a rounding error above its whole number.
	const up = (share: number) => Math.ceil(share * count - 1e-9);
	const testCount = test < 1 ? up(test) : test;
	if (val === 0 || val >= 1) return [val, testCount];
	const valCount = test < 1 ? up(val + test) - testCount : up(val);
	return [Math.min(valCount, count - testCount - 1), testCount];
}

/** The images in the order in which parts are taken. */
function orderOf(
	count: number,
	{ pick = "random", seed }: SplitPlan,
): Iterable<number> {
	if (pick === "random") return shuffled(count, createRandom(seed));
	return Array.from({ length: count }, (_, i) =>
		pick === "head" ? i : count - 1 - i,
	);
}

/** First place of a fold and the one after its last: the first `count % K` folds are one larger. */
function bounds(
	count: number,
	[k, of]: readonly [number, number],
): [number, number] {
	const least = Math.floor(count / of);
	const start = (i: number) => i * least + Math.min(i, count % of);
	return [start(k - 1), start(k)];
}

/** Throws DataError naming images that are in two parts. */
export function checkDisjoint(
	{ train, val, test }: Split,
	names: readonly string[],
): void {
	const seen = new Set<number>();
	const twice = [...train, ...val, ...test].filter((i) => {
		const known = seen.has(i);
		seen.add(i);
		return known;
	});
	if (twice.length === 0) return;
	throw new DataError(
		`${formatList(twice.map((i) => names[i]))} ${twice.length === 1 ? "is" : "are"} in two parts of the split; remove them from one of the lists`,
	);
}
