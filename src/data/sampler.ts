import { DataError, UsageError } from "./errors.ts";
import { randomFor, shuffled } from "./random.ts";

/** How the images of an epoch are drawn. */
export const SAMPLINGS = ["shuffle", "replacement", "balanced"] as const;

/** What a sampler draws from, and how. */
export interface SamplerOptions {
	/** Number of images. */
	readonly count: number;
	readonly batchSize: number;
	readonly seed: number;
	/**
	 * `shuffle` (the default): no image twice in an epoch. `replacement`: each
	 * draw is any image. `balanced`: each draw takes a class, all equally
	 * likely, and then any of the images that show it.
	 */
	readonly sampling?: (typeof SAMPLINGS)[number];
	/** For `balanced`: the images that show each class; empty lists are left out. */
	readonly imagesOfClass?: readonly (readonly number[])[] | undefined;
}

/** Everything a sampler needs to go on after a restart; plain JSON. */
export interface SamplerState {
	readonly count: number;
	readonly batchSize: number;
	readonly seed: number;
	readonly sampling: string;
	/** Epochs begun so far, less one. */
	readonly epoch: number;
	/** Batches drawn in this epoch. */
	readonly position: number;
}

/** One image of a batch. */
export interface Draw {
	readonly index: number;
	readonly epoch: number;
	/** How often the image was drawn in this epoch before. */
	readonly repeat: number;
}

/** Draws batches of images, each epoch in a new order that depends on seed and epoch alone. */
export interface Sampler {
	/** Full batches per epoch; with `shuffle`, the images left over differ from epoch to epoch. */
	readonly stepsPerEpoch: number;
	next(): readonly Draw[];
	/** The state after the last `next()`, for `createSampler`. */
	state(): SamplerState;
}

/**
 * A seeded sampler. Every batch is full, so that one captured training step
 * fits all. With `resume` it goes on exactly where that state was taken.
 * Throws UsageError for a batch that does not fit, DataError for a state that
 * is damaged or of another training.
 */
export function createSampler(
	options: SamplerOptions,
	resume?: SamplerState,
): Sampler {
	const { count, batchSize, seed, sampling = "shuffle" } = options;
	if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > count) {
		throw new UsageError(
			`batch size ${batchSize} does not fit; give a whole number from 1 to ${count}, the number of training images`,
		);
	}
	const stepsPerEpoch = Math.floor(count / batchSize);
	const fixed = { count, batchSize, seed, sampling };
	let { epoch, position } = resume ?? { epoch: 0, position: 0 };
	if (resume) checkState(resume, fixed, stepsPerEpoch);
	let draws = drawEpoch(options, epoch, stepsPerEpoch * batchSize);

	function next(): readonly Draw[] {
		if (position === stepsPerEpoch) {
			epoch++;
			position = 0;
			draws = drawEpoch(options, epoch, stepsPerEpoch * batchSize);
		}
		const first = position++ * batchSize;
		return draws.slice(first, first + batchSize);
	}
	return { stepsPerEpoch, next, state: () => ({ ...fixed, epoch, position }) };
}

function checkState(
	state: SamplerState,
	fixed: Omit<SamplerState, "epoch" | "position">,
	steps: number,
): void {
	for (const [field, value] of Object.entries(fixed)) {
		const saved = state[field as keyof typeof fixed];
		if (saved !== value) {
			throw new DataError(
				`the checkpoint's sampler had ${field} ${saved}, not ${value}; resume with the data and options of its training`,
			);
		}
	}
	const { epoch, position } = state;
	const whole = [epoch, position].every((n) => Number.isInteger(n) && n >= 0);
	if (!whole || position > steps) {
		throw new DataError(
			"the sampler position in the checkpoint is damaged; resume from another checkpoint",
		);
	}
}

function drawEpoch(
	options: SamplerOptions,
	epoch: number,
	total: number,
): Draw[] {
	const times = new Map<number, number>();
	return Array.from(indicesOf(options, epoch, total), (index) => {
		const repeat = times.get(index) ?? 0;
		times.set(index, repeat + 1);
		return { index, epoch, repeat };
	});
}

function indicesOf(
	{ count, seed, sampling, imagesOfClass = [] }: SamplerOptions,
	epoch: number,
	total: number,
): ArrayLike<number> {
	const random = randomFor(seed, epoch);
	if (sampling === "replacement") {
		return Array.from({ length: total }, () => random.below(count));
	}
	if (sampling === "balanced") {
		const lists = imagesOfClass.filter((images) => images.length > 0);
		if (lists.length === 0) {
			throw new DataError(
				"no training image shows a class, so that none can be balanced; check the masks",
			);
		}
		return Array.from({ length: total }, () => {
			const images = lists[random.below(lists.length)];
			return images[random.below(images.length)];
		});
	}
	return shuffled(count, random).subarray(0, total);
}
