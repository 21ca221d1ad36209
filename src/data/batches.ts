import { DataError, UsageError } from "./errors.ts";
import {
	createRandom,
	type Random,
	restoreRandom,
	shuffled,
} from "./random.ts";
import { checkIndex, type SegmentationSet } from "./segmentation-set.ts";

/** Everything a sampler needs to go on after a restart; plain JSON. */
export interface SamplerState {
	readonly count: number;
	readonly batchSize: number;
	/** Epochs begun so far, less one. */
	readonly epoch: number;
	/** Batches drawn in this epoch. */
	readonly position: number;
	/** Random state from which this epoch's order was drawn. */
	readonly orderRandom: readonly number[];
	/** Random state now. */
	readonly random: readonly number[];
}

/** Draws batches of image numbers, each epoch in a new random order. */
export interface Sampler {
	/** Full batches per epoch; the images left over differ from epoch to epoch. */
	readonly stepsPerEpoch: number;
	/** Source of randomness for augmentation, kept in `state` too. */
	readonly random: Random;
	/** The next `batchSize` image numbers; no image comes twice in an epoch. */
	next(): { indices: Uint32Array; epoch: number; step: number };
	/** What `restoreSampler` needs. */
	state(): SamplerState;
}

/**
 * A seeded sampler over `count` images. Every batch is full, so that one
 * captured training step fits all. Throws UsageError when `batchSize` is not
 * a whole number from 1 to `count`.
 */
export function createSampler(
	count: number,
	batchSize: number,
	seed: number,
): Sampler {
	if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > count) {
		throw new UsageError(
			`batch size ${batchSize} does not fit; give a whole number from 1 to ${count}, the number of training images`,
		);
	}
	const random = createRandom(seed);
	return samplerAt({
		count,
		batchSize,
		epoch: 0,
		position: 0,
		orderRandom: random.state(),
		random: afterShuffle(random, count),
	});
}

/** A sampler that goes on exactly where `state` was taken; DataError if the state is damaged. */
export function restoreSampler(state: SamplerState): Sampler {
	const steps = Math.floor(state.count / state.batchSize);
	const whole = [state.count, state.batchSize, state.epoch, state.position];
	const words = [...state.orderRandom, ...state.random];
	if (
		!whole.every((n) => Number.isInteger(n) && n >= 0) ||
		!(state.batchSize >= 1 && steps >= 1 && state.position <= steps) ||
		words.length !== 8 ||
		!words.every((w) => Number.isInteger(w) && w >= 0 && w < 2 ** 32)
	) {
		throw new DataError(
			"the sampler position in the checkpoint is damaged; resume from another checkpoint",
		);
	}
	return samplerAt(state);
}

function afterShuffle(random: Random, count: number): number[] {
	shuffled(count, random);
	return random.state();
}

function samplerAt(start: SamplerState): Sampler {
	const { count, batchSize } = start;
	const stepsPerEpoch = Math.floor(count / batchSize);
	const random = restoreRandom(start.random);
	let { epoch, position } = start;
	// The order is not stored: the state it was drawn from gives it again.
	let orderRandom = [...start.orderRandom];
	let order = shuffled(count, restoreRandom(orderRandom));

	function next() {
		if (position === stepsPerEpoch) {
			epoch++;
			position = 0;
			orderRandom = random.state();
			order = shuffled(count, random);
		}
		const step = position++;
		const first = step * batchSize;
		return { indices: order.slice(first, first + batchSize), epoch, step };
	}
	const state = (): SamplerState => ({
		count,
		batchSize,
		epoch,
		position,
		orderRandom,
		random: random.state(),
	});
	return { stepsPerEpoch, random, next, state };
}

/** One training batch. */
export interface Batch {
	/** Net input, N,H,W,C: raw pixels times the set's `scale`. */
	readonly x: Float32Array;
	/** Class numbers, N,H,W; 255 = ignored. */
	readonly labels: Uint8Array;
}

/**
 * Copies the images at `indices` into a batch. With `flip`, each image and
 * its labels are mirrored left to right with probability 1/2.
 * Throws DataError for an index outside the set.
 */
export function batch(
	set: SegmentationSet,
	indices: ArrayLike<number>,
	options: { flip?: Random } = {},
): Batch {
	const { height, width, channels } = set;
	const rowSamples = width * channels;
	const x = new Float32Array(indices.length * height * rowSamples);
	const labels = new Uint8Array(indices.length * height * width);
	for (let n = 0; n < indices.length; n++) {
		checkIndex(set, indices[n]);
		const mirrored = options.flip ? options.flip.below(2) === 1 : false;
		for (let row = 0; row < height; row++) {
			const from = indices[n] * height + row;
			const to = n * height + row;
			const pixels = set.images.subarray(
				from * rowSamples,
				(from + 1) * rowSamples,
			);
			const ids = set.labels.subarray(from * width, (from + 1) * width);
			const target = x.subarray(to * rowSamples, (to + 1) * rowSamples);
			copyPixels(pixels, target, channels, set.scale, mirrored);
			labels.set(ids, to * width);
			if (mirrored) labels.subarray(to * width, (to + 1) * width).reverse();
		}
	}
	return { x, labels };
}

function copyPixels(
	source: Uint8Array | Float32Array,
	target: Float32Array,
	channels: number,
	scale: number,
	mirrored: boolean,
): void {
	const last = source.length - channels;
	for (let at = 0; at < source.length; at += channels) {
		const from = mirrored ? last - at : at;
		for (let c = 0; c < channels; c++)
			target[at + c] = source[from + c] * scale;
	}
}
