import { full, type Tensor } from "../engine/tensor.ts";
import { type CrossEntropyAttrs, crossEntropy } from "./cross-entropy.ts";
import { labelWeight } from "./label-weight.ts";

/** Options of `softmaxCrossEntropy`: the attributes of `crossEntropy`, and these. */
export interface CrossEntropyOptions extends Partial<CrossEntropyAttrs> {
	/** Weight of each class, [K]; default 1 each. */
	readonly weights?: Tensor | undefined;
	/** "mean" (default) divides by the class weights of all pixels that count, "sum" does not. */
	readonly reduction?: "mean" | "sum";
}

/**
 * Cross-entropy of softmax(logits) over the pixels that are not ignored, a
 * scalar; logits [..., K], labels [...] (i32). With weights the mean is
 * weighted, sum(w * loss) / sum(w), as PyTorch's CrossEntropyLoss. Ignored
 * pixels get gradient 0; when all are, the loss is 0 too.
 */
export function softmaxCrossEntropy(
	logits: Tensor,
	labels: Tensor,
	options: CrossEntropyOptions = {},
): Tensor {
	const { weights, reduction = "mean", ...attrs } = options;
	const classes = logits.shape[logits.shape.length - 1];
	const ignore = attrs.ignore === undefined ? {} : { ignore: attrs.ignore };
	const of = { classes, ...ignore };
	const total =
		reduction === "sum"
			? full([], 1, { device: logits.device })
			: weights
				? labelWeight(labels, weights, of)
				: labelWeight(labels, of);
	return weights
		? crossEntropy(logits, labels, total, weights, attrs)
		: crossEntropy(logits, labels, total, attrs);
}
