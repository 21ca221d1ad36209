import { ShapeError, sizeOf, type Tensor, tensor } from "../engine/index.ts";
import {
	add,
	broadcastTo,
	concat,
	conv2d,
	div,
	labelWeight,
	mean,
	mul,
	oneHot,
	reshape,
	scale,
	softmax,
	softmaxCrossEntropy,
	sub,
	sum,
} from "../kernels/index.ts";

/** A loss to train on: a scalar of logits [..., K] and labels [...] (i32). */
export type Loss = (
	logits: Tensor,
	labels: Tensor,
	options: {
		/** Weight of each class, [K]; without them 1 each. */
		readonly weights?: Tensor | undefined;
		/** Label of pixels that do not count. */
		readonly ignore: number;
	},
) => Tensor;

/** Options of `tverskyLoss`. */
export interface TverskyOptions {
	/** What a false positive counts; default 0.3. */
	readonly alpha?: number;
	/** What a false negative counts; default 0.7. */
	readonly beta?: number;
	/** Added to the denominator: a class that is neither true nor predicted costs 0; above 0, default 1. */
	readonly smooth?: number;
}

/**
 * 1 - TP / (TP + alpha FP + beta FN) of softmax(logits), soft counts over the
 * whole batch, averaged over the classes (by their weights), with `smooth`
 * added above and below (Salehi et al. 2017, arXiv:1706.05721). Ignored pixels
 * get gradient 0; when all are, the loss is 0. A label that is no class and not
 * ignored makes it NaN.
 */
export function tverskyLoss(options: TverskyOptions = {}): Loss {
	const { alpha = 0.3, beta = 0.7, smooth = 1 } = options;
	if (!(alpha >= 0 && beta >= 0 && smooth > 0)) {
		throw new ShapeError(
			`tverskyLoss: alpha ${alpha} and beta ${beta} must be at least 0 and smooth ${smooth} above 0`,
		);
	}
	return (logits, labels, { weights, ignore }) => {
		const { device } = logits;
		const classes = logits.shape[logits.shape.length - 1];
		const pixels = labels.shape.map((_, i) => i);
		let truth = oneHot(labels, { classes });
		if (ignore >= 0 && ignore < classes) {
			const kept = Array.from({ length: classes }, (_, k) => +(k !== ignore));
			truth = mul(truth, tensor(kept, [classes], { device }));
		}
		const counted = sum(truth, { axes: [-1], keepDims: true });
		const guess = mul(softmax(logits), counted);
		const hits = sum(mul(guess, truth), { axes: pixels });
		const extra = sub(sum(guess, { axes: pixels }), hits);
		const missed = sub(sum(truth, { axes: pixels }), hits);
		const faults = add(
			scale(extra, { by: alpha }),
			scale(missed, { by: beta }),
		);
		const whole = add(add(hits, faults), tensor(smooth, [], { device }));
		const losses = div(faults, whole);
		const loss = weights
			? div(sum(mul(losses, weights)), sum(weights))
			: mean(losses);
		// 0, or NaN because of a label that is no class, which oneHot passes over.
		const invalid = scale(labelWeight(labels, { classes, ignore }), { by: 0 });
		return add(loss, invalid);
	};
}

/**
 * 1 - 2 TP / (2 TP + FP + FN), with `smooth` added above and below (Milletari et
 * al. 2016, arXiv:1606.04797); else as `tverskyLoss`.
 */
export function diceLoss({ smooth = 1 } = {}): Loss {
	return tverskyLoss({ alpha: 0.5, beta: 0.5, smooth: smooth / 2 });
}

/** 1 - TP / (TP + FP + FN), the soft intersection over union (Rahman and Wang 2016); else as `tverskyLoss`. */
export function jaccardLoss({ smooth = 1 } = {}): Loss {
	return tverskyLoss({ alpha: 1, beta: 1, smooth });
}

/**
 * Mean binary cross-entropy of sigmoid(logits [..., C]), each output against
 * what row k of `targets` [K, C] wants of class k (between 0 and 1), over the
 * pixels that count, by the weights of their classes. Ignored pixels get
 * gradient 0; when all are, the loss is 0. A label that is no class and not
 * ignored makes it NaN.
 */
export function targetLoss(targets: readonly (readonly number[])[]): Loss {
	return (logits, labels, { weights, ignore }) => {
		const { device } = logits;
		const [classes, outputs] = [targets.length, targets[0].length];
		// For each class the shares of "off" and "on" that its outputs shall have.
		const wanted = targets.flatMap((row, k) =>
			row.flatMap((t) => (k === ignore ? [0, 0] : [1 - t, t])),
		);
		const table = tensor(wanted, [1, 1, classes, 2 * outputs], { device });
		const truth = oneHot(labels, { classes });
		const shares = conv2d(
			reshape(truth, { shape: [1, 1, sizeOf(labels.shape), classes] }),
			weights
				? mul(table, reshape(weights, { shape: [1, 1, classes, 1] }))
				: table,
		);
		const shape = [...logits.shape, 1];
		const off = broadcastTo(tensor(0, [], { device }), { shape });
		const pairs = concat(off, reshape(logits, { shape }));
		const loss = softmaxCrossEntropy(
			pairs,
			reshape(shares, { shape: pairs.shape }),
			{ reduction: "sum" },
		);
		const of = { classes, ignore };
		const total = weights
			? labelWeight(labels, weights, of)
			: labelWeight(labels, of);
		// Against 0 / 0 where no pixel counts.
		const least = tensor(1e-30, [], { device });
		return div(loss, add(scale(total, { by: outputs }), least));
	};
}

/** A weighted sum of losses, such as `weightedSum([1, softmaxCrossEntropy], [0.5, diceLoss()])`. */
export function weightedSum(
	...parts: readonly (readonly [weight: number, loss: Loss])[]
): Loss {
	if (!parts.length) throw new ShapeError("weightedSum: there is no loss");
	return (...args) =>
		parts
			.map(([by, loss]) => scale(loss(...args), { by }))
			.reduce((a, b) => add(a, b));
}
