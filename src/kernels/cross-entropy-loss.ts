import { ShapeError } from "../engine/errors.ts";
import { formatShape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { concat } from "./concat.ts";
import { constant, zerosLike } from "./constant.ts";
import { type CrossEntropyAttrs, crossEntropy } from "./cross-entropy.ts";
import { add, mul, sub } from "./elementwise.ts";
import { labelWeight } from "./label-weight.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { scale } from "./scale.ts";
import { logSoftmax } from "./softmax.ts";

/** Options of the cross-entropy losses: the attributes of `crossEntropy`, and these. */
export interface CrossEntropyOptions extends Partial<CrossEntropyAttrs> {
	/** Weight of each class, [K]; default 1 each. */
	readonly weights?: Tensor | undefined;
	/** "mean" (default), or "sum", which divides by nothing. */
	readonly reduction?: "mean" | "sum";
}

/**
 * Cross-entropy of softmax(logits), a scalar, as PyTorch's CrossEntropyLoss;
 * logits [..., K].
 *
 * Labels [...] (i32) are class numbers. The mean is over the pixels that are
 * not ignored, with weights sum(w * loss) / sum(w). Ignored pixels get
 * gradient 0; when all are, the loss is 0 too.
 *
 * Labels [..., K] (f32) are a share of each class, one-hot or soft. The mean is
 * over all pixels, whatever the weights; one whose shares are all 0 adds 0 and
 * gets gradient 0. `ignore` and `gamma` need class numbers.
 */
export function softmaxCrossEntropy(
	logits: Tensor,
	labels: Tensor,
	options: CrossEntropyOptions = {},
): Tensor {
	if (labels.dtype === "f32") return softTargets(logits, labels, options);
	const { weights, reduction = "mean", ...attrs } = options;
	const classes = logits.shape[logits.shape.length - 1];
	const ignore = attrs.ignore === undefined ? {} : { ignore: attrs.ignore };
	const of = { classes, ...ignore };
	const total =
		reduction === "sum"
			? constant(logits, 1)
			: weights
				? labelWeight(labels, weights, of)
				: labelWeight(labels, of);
	return weights
		? crossEntropy(logits, labels, total, weights, attrs)
		: crossEntropy(logits, labels, total, attrs);
}

/**
 * Cross-entropy of sigmoid(logits), a scalar: `softmaxCrossEntropy` of two
 * classes of which the first has logit 0. Labels have as many elements as the
 * logits: classes 0 and 1 (i32), or the share of class 1 (f32), with which it
 * is PyTorch's BCEWithLogitsLoss, its `pos_weight` p being weights [1, p].
 */
export function sigmoidCrossEntropy(
	logits: Tensor,
	labels: Tensor,
	options: CrossEntropyOptions = {},
): Tensor {
	if (sizeOf(labels.shape) !== sizeOf(logits.shape)) {
		throw new ShapeError(
			`sigmoidCrossEntropy: labels ${formatShape(labels.shape)} must have a label per element of logits ${formatShape(logits.shape)}`,
		);
	}
	const shape = [...labels.shape, 1];
	const x = reshape(logits, { shape });
	const pair = concat(zerosLike(x), x);
	if (labels.dtype === "i32") return softmaxCrossEntropy(pair, labels, options);
	const share = reshape(labels, { shape });
	const shares = concat(sub(constant(share, 1), share), share);
	return softmaxCrossEntropy(pair, shares, options);
}

function softTargets(
	logits: Tensor,
	labels: Tensor,
	options: CrossEntropyOptions,
): Tensor {
	const { weights, reduction, smoothing = 0, gamma, ignore } = options;
	if (labels.shape.join() !== logits.shape.join()) {
		throw new ShapeError(
			`softmaxCrossEntropy: labels ${formatShape(labels.shape)} (f32) must be shares of each class, shaped like logits ${formatShape(logits.shape)}; class numbers must be i32`,
		);
	}
	if (ignore !== undefined || gamma) {
		throw new ShapeError(
			"softmaxCrossEntropy: ignore and gamma need labels of class numbers (i32)",
		);
	}
	if (!(smoothing >= 0 && smoothing <= 1)) {
		throw new ShapeError(
			`softmaxCrossEntropy: smoothing ${smoothing} must be in 0..1`,
		);
	}
	const classes = logits.shape[logits.shape.length - 1];
	let shares = labels;
	if (smoothing > 0) {
		// Of the pixel's own sum, so that a pixel without shares stays without.
		const all = sum(labels, { axes: [-1], keepDims: true });
		const spread = scale(all, { by: smoothing / classes });
		shares = add(scale(labels, { by: 1 - smoothing }), spread);
	}
	if (weights) shares = mul(shares, weights);
	const pixels = reduction === "sum" ? 1 : sizeOf(logits.shape) / classes;
	const logLikelihood = sum(mul(shares, logSoftmax(logits)));
	return scale(logLikelihood, { by: -1 / pixels });
}
