import {
	eachRun,
	live,
	pack,
	type Tensor,
	valueAndGrad,
} from "../engine/index.ts";
import { add, scale, updateMoments } from "../kernels/index.ts";
import { type BatchStep, batchStep, type LabelledBatch } from "./batch-step.ts";
import { type Clip, clipGradients } from "./clip.ts";
import { ConfigError } from "./errors.ts";
import { awaitedLater, IGNORE_LABEL, type LossOptions } from "./evaluate.ts";
import { forward } from "./forward.ts";
import type { Precision } from "./half-precision.ts";
import { headLoss } from "./head.ts";
import type { Model, NamedTensors } from "./model.ts";
import {
	type Optimizer,
	type OptimizerState,
	optimizerStep,
} from "./optimizer.ts";
import { BACKBONE } from "./parameters.ts";

/** Trains on one batch; the promise is of its loss. */
export interface TrainingStep {
	(batch: LabelledBatch, learningRate: number): Promise<number>;
	readonly prepare: BatchStep<Tensor>["prepare"];
	readonly free: BatchStep<Tensor>["free"];
}

/** How a step makes weights of a batch, besides the optimizer. */
export interface StepOptions extends LossOptions {
	/** Whether a backbone's weights and moments stay as they are; default false. */
	readonly frozen?: boolean;
	/** Limits the gradients; default none. */
	readonly clip?: Clip | undefined;
	/** Parts in which a batch is computed, one after another, which takes the memory of one; their losses and gradients are averaged. Must divide the batch; default 1. */
	readonly accumulate?: number;
	/**
	 * Decay of an exponential moving average of the weights, such as 0.999; default
	 * none. It is the average that the model has and that is validated and saved.
	 * In the first steps the decay is lower, (1 + step) / (10 + step), as in
	 * TensorFlow's ExponentialMovingAverage.
	 */
	readonly average?: number | undefined;
	/** `halfPrecision()` stores activations and their gradients in f16; default f32. */
	readonly precision?: Precision | undefined;
}

/**
 * The step itself: gradients, optimizer at the rate that `rate` gives, running
 * moments, average of the weights. It takes images and labels of each part of
 * the batch in turn, and returns the mean loss. `trained` is what follows the
 * gradients: the model's parameters, unless they are to be an average.
 * `scaling` is the loss scale that goes with `precision`.
 */
export function plainStep(
	model: Model,
	options: StepOptions,
	optimizer: Optimizer,
	state: OptimizerState<NamedTensors>,
	weights: Tensor | undefined,
	rate: () => number,
	trained: NamedTensors = model.params,
	scaling?: Tensor,
): (...parts: Tensor[]) => Tensor {
	const { ignore = IGNORE_LABEL } = options;
	const lossOf = headLoss(model.config, options.loss);
	const { clip, accumulate = 1, average, frozen = false } = options;
	const part = (all: NamedTensors) => (frozen ? withoutBackbone(all) : all);
	const precision = scaling && options.precision;
	const { momentum } = model.config;
	const gradients = valueAndGrad(
		(params: NamedTensors, x: Tensor, labels: Tensor) => {
			const step = eachRun(() => state.step, state.step);
			const all = frozen ? { ...model.params, ...params } : params;
			const input = precision?.store(x) ?? x;
			const out = forward(model, all, input, { training: true, frozen, step });
			const whole = lossOf(out, labels, { weights, ignore });
			const share =
				accumulate > 1 ? scale(whole, { by: 1 / accumulate }) : whole;
			const loss = precision ? precision.scaled(share, scaling) : share;
			return { loss, share, moments: out.moments };
		},
	);
	return (...parts) => {
		const params = part(trained);
		let loss: Tensor | undefined;
		let grads: NamedTensors = {};
		const moments: [string, Tensor][] = [];
		for (let i = 0; i < parts.length; i += 2) {
			const found = gradients(params, parts[i], parts[i + 1]);
			const { value } = found;
			moments.push(...Object.entries(value.moments));
			grads = loss ? sumOf(grads, found.grads) : found.grads;
			loss = loss ? add(loss, value.share) : value.share;
		}
		if (!loss) throw new ConfigError("a step needs a batch");
		const update = () => {
			for (const [name, batchMoments] of moments) {
				updateMoments(model.state[name], batchMoments, { momentum });
			}
			const limited = clip ? clipGradients(grads, clip) : grads;
			const own = stateOf(state, part);
			optimizerStep(optimizer, own, params, limited, live(rate));
			if (average === undefined) return;
			const decay = () =>
				Math.min(average, (1 + state.step) / (10 + state.step));
			for (const [name, w] of Object.entries(params)) {
				updateMoments(model.params[name], w, { momentum: live(decay) });
			}
		};
		if (precision) precision.apply(grads, scaling, update);
		else update();
		return loss;
	};
}

function withoutBackbone(all: NamedTensors): NamedTensors {
	return Object.fromEntries(
		Object.entries(all).filter(([name]) => !name.startsWith(BACKBONE)),
	);
}

/** A part of an optimizer's state; its steps are counted in the whole. */
function stateOf(
	state: OptimizerState<NamedTensors>,
	part: (all: NamedTensors) => NamedTensors,
): OptimizerState<NamedTensors> {
	const slots = Object.entries(state.slots);
	return {
		name: state.name,
		get step() {
			return state.step;
		},
		set step(step) {
			state.step = step;
		},
		slots: Object.fromEntries(slots.map(([k, slot]) => [k, part(slot)])),
	};
}

function sumOf(a: NamedTensors, b: NamedTensors): NamedTensors {
	return Object.fromEntries(
		Object.entries(a).map(([name, t]) => [name, add(t, b[name])]),
	);
}

/**
 * `plainStep` on batches of the host; captured, so that all but the first run
 * of a batch's shape replay it. Returns the promise of its loss; nothing is awaited.
 */
export function trainingStep(
	model: Model,
	options: StepOptions,
	optimizer: Optimizer,
	state: OptimizerState<NamedTensors>,
	weights: Tensor | undefined,
	trained: NamedTensors = model.params,
	scaling?: Tensor,
): TrainingStep {
	for (const slot of Object.values(state.slots)) pack(slot);
	for (const tensors of new Set([trained, model.params, model.state])) {
		pack(tensors);
	}
	let rate = 0;
	const now = () => rate;
	const step = batchStep(
		model.device,
		plainStep(model, options, optimizer, state, weights, now, trained, scaling),
		options.accumulate,
	);
	const run = (batch: LabelledBatch, learningRate: number) => {
		rate = learningRate;
		return step.run(batch, (loss) => awaitedLater(loss.item()));
	};
	const { prepare, free } = step;
	return Object.assign(run, { prepare, free });
}
