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

/** Trains on one batch; the promise is of its loss. */
export interface TrainingStep {
	(batch: LabelledBatch, learningRate: number): Promise<number>;
	readonly prepare: BatchStep<Tensor>["prepare"];
	readonly free: BatchStep<Tensor>["free"];
}

/** The step itself: gradients, optimizer at the rate that `rate` gives, running moments. Returns the loss. */
export function plainStep(
	model: Model,
	options: LossOptions & { readonly clip?: Clip | undefined },
	optimizer: Optimizer,
	state: OptimizerState<NamedTensors>,
	weights: Tensor | undefined,
	rate: () => number,
): (x: Tensor, labels: Tensor) => Tensor {
	const { ignore = IGNORE_LABEL, loss: lossOf = softmaxCrossEntropy } = options;
	const { clip } = options;
	const { momentum } = model.config;
	const gradients = valueAndGrad(
		(params: NamedTensors, x: Tensor, labels: Tensor) => {
			const step = eachRun(() => state.step, state.step);
			const out = forward(model, params, x, { training: true, step });
			const loss = lossOf(out.logits, labels, { weights, ignore });
			return { loss, moments: out.moments };
		},
	);
	return (x, labels) => {
		const { value, grads } = gradients(model.params, x, labels);
		const limited = clip ? clipGradients(grads, clip) : grads;
		optimizerStep(optimizer, state, model.params, limited, live(rate));
		for (const [name, batchMoments] of Object.entries(value.moments)) {
			updateMoments(model.state[name], batchMoments, { momentum });
		}
		return value.loss;
	};
}

/**
 * `plainStep` on batches of the host; captured, so that all but the first run
 * of a batch's shape replay it. Returns the promise of its loss; nothing is awaited.
 */
export function trainingStep(
	model: Model,
	options: LossOptions & { readonly clip?: Clip | undefined },
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
