import { type AugmentConfig, augment } from "./augment.ts";
import { nextTask, prefetch } from "./prefetch.ts";
import { randomFor } from "./random.ts";
import type { SampleSource } from "./sample-source.ts";
import type { Draw, Sampler, SamplerState } from "./sampler.ts";

/** One batch. */
export interface Batch {
	/** Net input, N,H,W,C: raw pixels times the source's `scale`. */
	readonly x: Float32Array;
	/** Class numbers, N,H,W; 255 = ignored. */
	readonly labels: Uint8Array;
	/** N,H,W,C. */
	readonly shape: readonly [number, number, number, number];
}

/** Longest time that other work of the thread has to wait for an augmentation to end. */
const PATIENCE_MS = 4;

/** Copies the images at `indices` into a batch. */
export function readBatch(
	source: SampleSource,
	indices: readonly number[],
): Promise<Batch> {
	return stack(source, indices, () => {});
}

async function stack(
	source: SampleSource,
	indices: readonly number[],
	change: (
		pixels: { x: Float32Array; labels: Uint8Array },
		place: number,
	) => void,
): Promise<Batch> {
	const { height, width, channels, scale } = source;
	const pixels = height * width;
	const samples = pixels * channels;
	const x = new Float32Array(indices.length * samples);
	const labels = new Uint8Array(indices.length * pixels);
	const read = await Promise.all(indices.map((index) => source.read(index)));
	let since = performance.now();
	for (const [n, sample] of read.entries()) {
		const target = {
			x: x.subarray(n * samples, (n + 1) * samples),
			labels: labels.subarray(n * pixels, (n + 1) * pixels),
		};
		for (let i = 0; i < samples; i++) target.x[i] = sample.image[i] * scale;
		target.labels.set(sample.labels);
		change(target, n);
		if (performance.now() - since > PATIENCE_MS) {
			await nextTask();
			since = performance.now();
		}
	}
	return { x, labels, shape: [indices.length, height, width, channels] };
}

/** The batches of a training, made ahead. */
export interface TrainingBatches {
	readonly stepsPerEpoch: number;
	next(): Promise<Batch>;
	/** The sampler's state after the last batch that `next` gave, whatever was made ahead. */
	state(): SamplerState;
	/** Milliseconds that `next` has been waited for. */
	waited(): number;
}

/**
 * Draws, reads and augments batches, `ahead` of them before they are asked
 * for. What becomes of an image depends on seed, epoch, image and how often
 * it came in this epoch, and on nothing else.
 */
export function trainingBatches(
	source: SampleSource,
	sampler: Sampler,
	options: { augment: AugmentConfig; seed: number; ahead?: number },
): TrainingBatches {
	const { seed, ahead = 2 } = options;
	const { height, width, channels } = source;
	let state = sampler.state();

	async function make(): Promise<{ batch: Batch; after: SamplerState }> {
		const draws = sampler.next();
		const after = sampler.state();
		const indices = draws.map(({ index }) => index);
		const batch = await stack(source, indices, (target, n) =>
			augment(
				{ ...target, height, width, channels },
				options.augment,
				randomOf(seed, draws[n]),
			),
		);
		return { batch, after };
	}
	const queue = prefetch(make, ahead);
	return {
		stepsPerEpoch: sampler.stepsPerEpoch,
		async next() {
			const { batch, after } = await queue.next();
			state = after;
			return batch;
		},
		state: () => state,
		waited: queue.waited,
	};
}

/** The randomness of one augmented image. */
export function randomOf(seed: number, { epoch, index, repeat }: Draw) {
	return randomFor(seed, epoch, index, repeat);
}
