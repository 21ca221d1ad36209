import {
	capture,
	live,
	pack,
	scope,
	type Tensor,
	valueAndGrad,
} from "../engine/index.ts";
import { softmaxCrossEntropy, updateMoments } from "../kernels/index.ts";
import { type Clip, clipGradients } from "./clip.ts";
import {
	awaitedLater,
	IGNORE_LABEL,
	type LabelledBatch,
	type LossOptions,
	uploadBatch,
} from "./evaluate.ts";
import { forward, type Model, type NamedTensors } from "./model.ts";
import {
	type Optimizer,
	type OptimizerState,
	optimizerStep,
} from "./optimizer.ts";

/** Trains on one batch; the promise is of its loss. */
export interface TrainingStep {
	(batch: LabelledBatch, learningRate: number): Promise<number>;
	/** Records the step for batches of this shape and compiles its kernels in parallel; at once where that is done. */
	prepare(batch: LabelledBatch): Promise<void>;
	/** Gives back the memory of the captured step. */
	free(): void;
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
			const out = forward(model, params, x, { training: true });
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
	const step = capture(
		plainStep(model, options, optimizer, state, weights, () => rate),
	);
	const run = (batch: LabelledBatch, learningRate: number) =>
		scope(() => {
			rate = learningRate;
			const { x, labels } = uploadBatch(batch, model.device);
			return { loss: awaitedLater(step(x, labels).item()) };
		}).loss;
	const prepared = new Set<string>();
	const prepare = async (batch: LabelledBatch) => {
		const key = batch.shape.join();
		if (prepared.has(key)) return;
		prepared.add(key);
		await scope(() => {
			const { x, labels } = uploadBatch(batch, model.device);
			return { done: step.prepare(x, labels) };
		}).done;
	};
	return Object.assign(run, { prepare, free: step.free });
}
