import { scope, type Tensor, valueAndGrad } from "../engine/index.ts";
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
export type TrainingStep = (
	batch: LabelledBatch,
	state: OptimizerState<NamedTensors>,
	learningRate: number,
) => Promise<number>;

/** One step: gradients, optimizer, running moments. Returns the promise of its loss; nothing is awaited. */
export function trainingStep(
	model: Model,
	options: LossOptions & { readonly clip?: Clip | undefined },
	optimizer: Optimizer,
	weights: Tensor | undefined,
): TrainingStep {
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
	return (batch, state, learningRate) =>
		scope(() => {
			const { x, labels } = uploadBatch(batch, model.device);
			const { value, grads } = gradients(model.params, x, labels);
			const limited = clip ? clipGradients(grads, clip) : grads;
			optimizerStep(optimizer, state, model.params, limited, learningRate);
			for (const [name, batchMoments] of Object.entries(value.moments)) {
				updateMoments(model.state[name], batchMoments, { momentum });
			}
			return { loss: awaitedLater(value.loss.item()) };
		}).loss;
}
