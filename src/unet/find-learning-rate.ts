import { release, type Tensor, tensor } from "../engine/index.ts";
import { NumericError } from "./errors.ts";
import type { Model, NamedTensors } from "./model.ts";
import { exponential } from "./schedule.ts";
import { type TrainOptions, train } from "./train.ts";

/** Options of `findLearningRate`: those of a training that it needs, and its range. */
export interface RateSearch
	extends Pick<
		TrainOptions,
		| "nextBatch"
		| "optimizer"
		| "clip"
		| "loss"
		| "ignore"
		| "classWeights"
		| "signal"
	> {
	/** Default 1e-6. */
	readonly from?: number;
	/** Default 1. */
	readonly to?: number;
	/** Steps at most; default 100. */
	readonly steps?: number;
}

/** What `findLearningRate` saw. */
export interface RateCurve {
	/** Rates tried, ascending. */
	readonly rates: readonly number[];
	/** The smoothed loss of the step that each rate came to. */
	readonly losses: readonly number[];
	/** The rate at which the loss falls fastest; null when it never falls. */
	readonly suggestion: number | null;
}

/** Share of the running mean of losses that stays. */
const SMOOTHING = 0.9;

/**
 * Learning-rate range test (Smith 2017, arXiv:1506.01186): trains a copy of the
 * model while the rate grows by the same factor each step, until the smoothed
 * loss is four times its least, or not finite. The model stays as it is.
 */
export async function findLearningRate(
	model: Model,
	options: RateSearch,
): Promise<RateCurve> {
	const { from = 1e-6, to = 1, steps = 100, signal, ...rest } = options;
	const [params, state] = await Promise.all([
		copied(model.params),
		copied(model.state),
	]);
	const stop = new AbortController();
	const rates: number[] = [];
	const losses: number[] = [];
	let mean = 0;
	try {
		const { state: end } = await train(
			{ ...model, params, state },
			{
				...rest,
				epochs: 1,
				stepsPerEpoch: steps,
				learningRate: exponential(from, to, steps),
				signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
				onStep({ loss, learningRate, step }) {
					mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
					// As in Adam: the mean starts at 0.
					const smoothed = mean / (1 - SMOOTHING ** step);
					if (smoothed > 4 * Math.min(...losses)) stop.abort();
					rates.push(learningRate);
					losses.push(smoothed);
				},
			},
		);
		Object.values(end.optimizer.slots).map(releaseAll);
	} catch (error) {
		// A rate at which training breaks is what the search ends with.
		if (!(error instanceof NumericError) || !losses.length) throw error;
	} finally {
		releaseAll(params);
		releaseAll(state);
	}
	signal?.throwIfAborted();
	return { rates, losses, suggestion: steepest(rates, losses) };
}

/** The rate before the largest fall; its steps are equal in the rate's logarithm. */
function steepest(
	rates: readonly number[],
	losses: readonly number[],
): number | null {
	const falls = losses.slice(1).map((loss, i) => losses[i] - loss);
	const largest = Math.max(...falls);
	return largest > 0 ? rates[falls.indexOf(largest)] : null;
}

async function copied(tensors: NamedTensors): Promise<NamedTensors> {
	const entries = Object.entries(tensors).map(
		async ([name, t]): Promise<[string, Tensor]> => [
			name,
			tensor(await t.data(), t.shape, { device: t.device }),
		],
	);
	return Object.fromEntries(await Promise.all(entries));
}

function releaseAll(tensors: NamedTensors): void {
	for (const t of Object.values(tensors)) release(t);
}
