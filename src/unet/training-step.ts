import {
	eachRun,
	live,
	pack,
	type Tensor,
	valueAndGrad,
} from "../engine/index.ts";
import { softmaxCrossEntropy, updateMoments } from "../kernels/index.ts";
import { type BatchStep, batchStep, type LabelledBatch } from "./batch-step.ts";
import { type Clip, clipGradients } from "./clip.ts";
import { awaitedLater, IGNORE_LABEL, type LossOptions } from "./evaluate.ts";
import { forward, type Model, type NamedTensors } from "./model.ts";
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

/** What decides on a step, besides optimizer and rate. */
export interface StepOptions extends LossOptions {
	readonly clip?: Clip | undefined;
	/** Whether a backbone's weights and moments stay as they are; default false. */
	readonly frozen?: boolean;
}

/** The step itself: gradients, optimizer at the rate that `rate` gives, running moments. Returns the loss. */
export function plainStep(
	model: Model,
	options: StepOptions,
	optimizer: Optimizer,
	state: OptimizerState<NamedTensors>,
	weights: Tensor | undefined,
	rate: () => number,
): (x: Tensor, labels: Tensor) => Tensor {
	const { ignore = IGNORE_LABEL, loss: lossOf = softmaxCrossEntropy } = options;
	const { clip, frozen = false } = options;
	const trained = (all: NamedTensors) => (frozen ? withoutBackbone(all) : all);
	const { momentum } = model.config;
	const gradients = valueAndGrad(
		(params: NamedTensors, x: Tensor, labels: Tensor) => {
			const step = eachRun(() => state.step, state.step);
			const all = frozen ? { ...model.params, ...params } : params;
			const out = forward(model, all, x, { training: true, frozen, step });
			const loss = lossOf(out.logits, labels, { weights, ignore });
			return { loss, moments: out.moments };
		},
	);
	return (x, labels) => {
		const params = trained(model.params);
		const { value, grads } = gradients(params, x, labels);
		const limited = clip ? clipGradients(grads, clip) : grads;
		const part = stateOf(state, trained);
		optimizerStep(optimizer, part, params, limited, live(rate));
		for (const [name, batchMoments] of Object.entries(value.moments)) {
			updateMoments(model.state[name], batchMoments, { momentum });
		}
		return value.loss;
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
): TrainingStep {
	for (const slot of Object.values(state.slots)) pack(slot);
	pack(model.params);
	pack(model.state);
	let rate = 0;
	const step = batchStep(
		model.device,
		plainStep(model, options, optimizer, state, weights, () => rate),
	);
	const run = (batch: LabelledBatch, learningRate: number) => {
		rate = learningRate;
		return step.run(batch, (loss) => awaitedLater(loss.item()));
	};
	const { prepare, free } = step;
	return Object.assign(run, { prepare, free });
}
