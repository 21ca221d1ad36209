import { release, type Tensor } from "../engine/index.ts";
import type { BatchShape, LabelledBatch } from "./batch-step.ts";
import { checkAverage, checkOptions } from "./check-training.ts";
import { ConfigError, NumericError } from "./errors.ts";
import {
	breathe,
	type Evaluation,
	type Evaluator,
	evaluator,
	uploadWeights,
} from "./evaluate.ts";
import { meanIou } from "./metrics.ts";
import type { Model, NamedTensors } from "./model.ts";
import {
	type Optimizer,
	type OptimizerState,
	optimizerState,
} from "./optimizer.ts";
import { adam } from "./optimizers.ts";
import { constant, type Schedule } from "./schedule.ts";
import { copyOf, snapshot } from "./snapshot.ts";
import {
	type StepOptions,
	type TrainingStep,
	trainingStep,
} from "./training-step.ts";

/** Where a training stands: with the model's tensors all it needs to go on. */
export interface TrainingState {
	/** Epochs completed. */
	epoch: number;
	/** Steps completed of the epoch that is under way. */
	step: number;
	/** Sum of their losses. */
	lossSum: number;
	/** Best validation value so far, of what `monitor` names; null before the first. */
	best: number | null;
	/** Epochs since the one that had it. */
	sinceBest: number;
	/** With `average`: the weights that the optimizer moves, whose average the model has. */
	readonly weights?: NamedTensors;
	/** Its `step` is also the position in the learning rate's schedule. */
	readonly optimizer: OptimizerState<NamedTensors>;
	/** Loss scale and steps since it changed, [2]; absent before a training with `precision`. */
	scaling?: Tensor;
}

/** What `onStep` is told once a step's loss is known. */
export interface StepReport {
	/** Number of the epoch, from 1. */
	readonly epoch: number;
	/** Number of the step in its epoch, from 1. */
	readonly step: number;
	readonly loss: number;
	readonly learningRate: number;
}

/** What `onEpoch` is told after the validation. */
export interface EpochReport {
	/** Number of the epoch, from 1. */
	readonly epoch: number;
	/** Mean loss of its steps. */
	readonly trainLoss: number;
	/** Absent without `precision`. */
	readonly lossScale?: number;
	/** Absent without validation batches. */
	readonly validation?: Evaluation;
	/** Whether the validation is the best so far; always true without validation. */
	readonly best: boolean;
	/** For `encodeCheckpoint`. */
	readonly state: TrainingState;
}

/** What `train` needs besides the model. */
export interface TrainOptions extends StepOptions {
	/** Epochs in all, those of a resumed training included. */
	readonly epochs: number;
	readonly stepsPerEpoch: number;
	/** The images of the next step; all of one shape, whose height and width the net's depth divides. */
	nextBatch(): LabelledBatch | Promise<LabelledBatch>;
	/** Shape of the batches, where it is known before the first: the step is then compiled while that is loaded. */
	readonly batchShape?: BatchShape;
	/** Called once per epoch. */
	validBatches?(): Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>;
	/** A number, or a schedule over the steps of the whole training; default the optimizer's own. */
	readonly learningRate?: number | Schedule;
	/** Default `adam()`. */
	readonly optimizer?: Optimizer;
	/** Whether an epoch, from 1, leaves a backbone's weights and moments as they are; default none. */
	frozenIn?(epoch: number): boolean;
	/** What makes an epoch the best: the highest mean IoU or the lowest loss of the validation; default "miou". */
	readonly monitor?: "miou" | "loss";
	/** Ends the training after so many epochs without a better one; default never. */
	readonly patience?: number | undefined;
	/** Gives the model the weights of the best epoch of this call at the end; default false. The returned state remains that of the last. */
	readonly restoreBest?: boolean;
	/** From a checkpoint, to go on with. */
	readonly resume?: TrainingState | undefined;
	/** Called and awaited when a step's loss is known; the next step is already at work. */
	onStep?(report: StepReport): void | Promise<void>;
	/** Called and awaited after every epoch: the place to write a checkpoint. */
	onEpoch?(report: EpochReport): void | Promise<void>;
	/**
	 * Called and awaited between two steps of an epoch, every `checkpointEvery` seconds: the place to
	 * make a checkpoint for the case of a crash. The weights have not proved sound
	 * before `onStep` has told the next loss.
	 */
	onCheckpoint?(state: TrainingState): void | Promise<void>;
	/** Seconds; default 60. */
	readonly checkpointEvery?: number | undefined;
	/** Stops after the step under way. */
	readonly signal?: AbortSignal | undefined;
}

/** How a training ended. */
export interface TrainResult {
	/** Whether the signal ended it early. */
	readonly stopped: boolean;
	/** Whether `patience` ended it early. */
	readonly outOfPatience: boolean;
	readonly state: TrainingState;
}

/**
 * Trains a model in place, by default with Adam on the mean cross-entropy of
 * the pixels that count. The loss of a step is awaited while the next one is at work.
 * @throws NumericError naming epoch and step when a loss is not finite, before
 * `onEpoch` of that epoch, so that earlier checkpoints stay untouched.
 * @throws ConfigError when an option is out of range.
 */
export async function train(
	model: Model,
	options: TrainOptions,
): Promise<TrainResult> {
	const { epochs, signal, optimizer = adam(), restoreBest } = options;
	const { learningRate = optimizer.learningRate } = options;
	checkOptions(options);
	const schedule =
		typeof learningRate === "number" ? constant(learningRate) : learningRate;
	const weights = uploadWeights(model, options.classWeights);
	const state = options.resume ?? newState(model, optimizer, options);
	checkAverage(state, options);
	if (options.precision)
		state.scaling ??= options.precision.start(model.device);
	const isFrozen = () => options.frozenIn?.(state.epoch + 1) ?? false;
	const stepFor = (frozen: boolean) =>
		trainingStep(
			model,
			{ ...options, frozen },
			optimizer,
			state.optimizer,
			weights,
			state.weights,
			state.scaling,
		);
	let frozen = isFrozen();
	let step = stepFor(frozen);
	const measure = evaluator(model, options);
	const bestWeights = restoreBest ? snapshot(model) : undefined;
	const compiled = options.batchShape && step.prepare(options.batchShape);
	// Should it fail, the first step says so.
	compiled?.catch(() => {});
	const patience = options.patience ?? Number.POSITIVE_INFINITY;
	const outOfPatience = () => state.sinceBest >= patience;
	try {
		let stopped = false;
		while (!stopped && state.epoch < epochs && !outOfPatience()) {
			if (frozen !== isFrozen()) {
				frozen = !frozen;
				step.free();
				step = stepFor(frozen);
			}
			await runSteps(model, options, schedule, step, state);
			const report = signal?.aborted
				? undefined
				: await closeEpoch(measure, options, state);
			stopped = !report;
			if (report?.best) bestWeights?.take();
			if (report) await options.onEpoch?.(report);
		}
		bestWeights?.restore();
		return { stopped, outOfPatience: !stopped && outOfPatience(), state };
	} finally {
		await Promise.allSettled([compiled]);
		step.free();
		measure.free();
		bestWeights?.free();
		if (weights) release(weights);
	}
}

/** The state before the first step. */
function newState(
	model: Model,
	optimizer: Optimizer,
	{ average }: TrainOptions,
): TrainingState {
	return {
		epoch: 0,
		step: 0,
		lossSum: 0,
		best: null,
		sinceBest: 0,
		...(average !== undefined && { weights: copyOf(model.params) }),
		optimizer: optimizerState(optimizer, model.params),
	};
}

/** Runs the rest of the epoch's steps, or fewer if the signal says so. All their losses are known at the end. */
async function runSteps(
	model: Model,
	options: TrainOptions,
	schedule: Schedule,
	step: TrainingStep,
	state: TrainingState,
): Promise<void> {
	const { stepsPerEpoch, signal, onStep } = options;
	const { onCheckpoint, checkpointEvery = 60 } = options;
	let saved = performance.now();
	let before: (() => Promise<void>) | undefined;
	while (state.step < stepsPerEpoch && !signal?.aborted) {
		if (onCheckpoint && performance.now() - saved >= 1000 * checkpointEvery) {
			await before?.();
			before = undefined;
			if (state.step > 0) await onCheckpoint(state);
			saved = performance.now();
		}
		const batch = await options.nextBatch();
		await step.prepare(batch.shape);
		const learningRate = schedule(state.optimizer.step);
		if (!(learningRate >= 0 && learningRate < Number.POSITIVE_INFINITY)) {
			throw new ConfigError(
				`train: the schedule gives learning rate ${learningRate} at step ${state.optimizer.step}; it must be a number of at least 0`,
			);
		}
		const reading = step(batch, learningRate);
		const at = { epoch: state.epoch + 1, step: ++state.step };
		await before?.();
		before = async () => {
			const loss = await reading;
			if (!Number.isFinite(loss)) {
				throw new NumericError(
					`the loss is ${loss} in epoch ${at.epoch}, step ${at.step}: lower the learning rate (now ${learningRate}), or look for NaN in the images and for labels outside the classes`,
				);
			}
			state.lossSum += loss;
			await onStep?.({ ...at, loss, learningRate });
		};
		await breathe(model.device);
	}
	await before?.();
}

/** Validates and moves the state on to the next epoch; undefined if the signal came in between. */
async function closeEpoch(
	measure: Evaluator,
	options: TrainOptions,
	state: TrainingState,
): Promise<EpochReport | undefined> {
	const lossScale = options.precision && (await state.scaling?.data())?.[0];
	if (lossScale !== undefined) options.precision?.check(lossScale);
	let validation: Evaluation | undefined;
	let best = true;
	if (options.validBatches) {
		try {
			validation = await measure(options.validBatches(), options.signal);
		} catch (error) {
			if (options.signal?.aborted) return undefined;
			throw error;
		}
		if (!Number.isFinite(validation.loss)) {
			throw new NumericError(
				`the validation loss is ${validation.loss} after epoch ${state.epoch + 1}: lower the learning rate`,
			);
		}
		const miou = meanIou(validation.confusion) ?? 0;
		const { monitor = "miou" } = options;
		const [value, sign] =
			monitor === "miou" ? [miou, 1] : [validation.loss, -1];
		best = state.best === null || sign * value > sign * state.best;
		if (best) state.best = value;
		state.sinceBest = best ? 0 : state.sinceBest + 1;
	}
	const trainLoss = state.lossSum / options.stepsPerEpoch;
	state.epoch++;
	state.step = 0;
	state.lossSum = 0;
	return {
		epoch: state.epoch,
		trainLoss,
		...(lossScale !== undefined && { lossScale }),
		...(validation && { validation }),
		best,
		state,
	};
}
