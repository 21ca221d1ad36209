import {
	type Device,
	type HostArray,
	release,
	scope,
	type Tensor,
	tensor,
	zeros,
} from "../engine/index.ts";
import { argmax, cast, countConfusion, softmax } from "../kernels/index.ts";
import { batchStep, type LabelledBatch } from "./batch-step.ts";
import { ConfigError } from "./errors.ts";
import { type ForwardOptions, forward } from "./forward.ts";
import { headLoss } from "./head.ts";
import type { Loss } from "./losses.ts";
import type { Confusion } from "./metrics.ts";
import type { Model } from "./model.ts";

/** How pixels count in the loss and in the metrics. */
export interface LossOptions {
	/** Label of pixels that count in neither; default 255, as PASCAL VOC's void. */
	readonly ignore?: number;
	/** Weight of each class in the loss; none means equal weights. */
	readonly classWeights?: readonly number[] | undefined;
	/** Of the scores and labels; by default the cross-entropy that fits the head: of a softmax, or binary of sigmoids. */
	readonly loss?: Loss;
}

/** Loss and pixel counts over a set. */
export interface Evaluation {
	/** Mean over all pixels that count, weighted by class if weights are given; 0 when none counts. Exact for cross-entropy; of other losses the batches' weighted mean. */
	readonly loss: number;
	readonly confusion: Confusion;
}

/** Label left out unless another is named. */
export const IGNORE_LABEL = 255;

/** Class weights on a device; undefined when all are equal. */
export function uploadWeights(
	{ config, device }: Model,
	weights: readonly number[] | undefined,
): Tensor | undefined {
	if (!weights) return undefined;
	const bad = weights.some((w) => !(w >= 0 && w < Number.POSITIVE_INFINITY));
	if (weights.length !== config.classes || bad) {
		throw new ConfigError(
			`class weights ${weights.join(", ")} do not fit; give ${config.classes} numbers of at least 0, one per class`,
		);
	}
	return tensor(weights, [weights.length], { device });
}

/**
 * Lets timers and signals run. Reading from a GPU does so by itself; the CPU
 * device would keep the thread from the first step to the last.
 */
export async function breathe(device: Device): Promise<void> {
	if (device.kind === "cpu") await new Promise((go) => setTimeout(go));
}

/** Evaluates a model over and over; its forward pass is captured for each shape of batch. */
export interface Evaluator {
	(
		batches: Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>,
		signal?: AbortSignal,
	): Promise<Evaluation>;
	/** Gives back the memory of the captured passes. */
	free(): void;
}

/**
 * Loss and confusion matrix of a model over batches, with its running moments.
 * An aborted signal makes it reject with the signal's reason.
 */
export async function evaluate(
	model: Model,
	batches: Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>,
	options: LossOptions & { signal?: AbortSignal | undefined } = {},
): Promise<Evaluation> {
	const run = evaluator(model, options);
	try {
		return await run(batches, options.signal);
	} finally {
		run.free();
	}
}

/** What `evaluate` does, ready for many times. */
export function evaluator(model: Model, options: LossOptions = {}): Evaluator {
	const { classWeights, ignore = IGNORE_LABEL } = options;
	const lossOf = headLoss(model.config, options.loss);
	const { device } = model;
	const { classes } = model.config;
	const weights = uploadWeights(model, classWeights);
	const step = batchStep(device, (x, labels) => {
		const out = forward(model, model.params, x);
		// Made anew in each run: what is uploaded here would go on counting.
		const counts = cast(zeros([classes, classes], { device }), { to: "i32" });
		countConfusion(counts, argmax(out.logits), labels, { ignore });
		return { loss: lossOf(out, labels, { weights, ignore }), counts };
	});
	const run = async (
		batches: Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>,
		signal?: AbortSignal,
	) => {
		const confusion = Array.from({ length: classes }, () =>
			new Array<number>(classes).fill(0),
		);
		let lossSum = 0;
		let weightSum = 0;
		const add = (batchLoss: HostArray, counts: HostArray, weight: number) => {
			// A batch without a pixel that counts has weight 0 and loss 0.
			lossSum += batchLoss[0] * weight;
			weightSum += weight;
			// Summed here, because 2^31 pixels would overflow an i32 on the device.
			counts.forEach((n, i) => {
				confusion[Math.floor(i / classes)][i % classes] += n;
			});
		};
		let before: (() => Promise<void>) | undefined;
		for await (const batch of batches) {
			signal?.throwIfAborted();
			await step.prepare(batch.shape);
			const reading = step.run(batch, ({ loss, counts }) =>
				awaitedLater(Promise.all([loss.data(), counts.data()])),
			);
			const weight = totalWeight(batch.labels, classWeights, ignore);
			// The device works on this batch while the one before is awaited.
			await before?.();
			before = async () => add(...(await reading), weight);
			await breathe(device);
		}
		await before?.();
		return { loss: weightSum > 0 ? lossSum / weightSum : 0, confusion };
	};
	return Object.assign(run, {
		free() {
			step.free();
			if (weights) release(weights);
		},
	});
}

/** What the device divides the batch's loss by: the class weights of all pixels that count. */
function totalWeight(
	labels: LabelledBatch["labels"],
	weights: readonly number[] | undefined,
	ignore: number,
): number {
	let total = 0;
	for (const label of labels) {
		if (label !== ignore) total += weights?.[label] ?? 1;
	}
	return total;
}

/** A promise that is awaited after other work: should that work throw first, its own failure is no news. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => {});
	return promise;
}
/** Probabilities of the classes, [N, H, W, classes], for images x [N, H, W, C]; `argmax` of them gives the classes. */
export function predict(
	model: Model,
	x: Tensor,
	options: Pick<ForwardOptions, "context"> = {},
): Tensor {
	return scope(() => softmax(forward(model, model.params, x, options).logits));
}
