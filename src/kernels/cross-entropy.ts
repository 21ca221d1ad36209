import { invalid } from "../engine/errors.ts";
import { dispatch, single } from "../engine/kernel.ts";
import { defineOp, type NdArray, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { hasShape, inRange, integer, notNegative } from "./attributes.ts";
import { classScores } from "./class-scores.ts";
import lossKernel from "./cross-entropy.wgsl";
import inputGradKernel from "./cross-entropy-input-grad.wgsl";
import { itemGrid } from "./grid.ts";
import { IGNORE, type IgnoreAttrs, summed, weightOf } from "./label-weight.ts";

/** Attributes of the cross-entropy ops. */
export interface CrossEntropyAttrs extends IgnoreAttrs {
	/** Share of each target spread evenly over all classes, in 0..1; default 0. As PyTorch's `label_smoothing`: class weights apply to the spread part by class too. */
	readonly smoothing: number;
	/** Focal loss: each pixel's loss times (1 - its probability)^gamma (Lin et al. 2017, arXiv:1708.02002, where 2 is best); default 0. Excludes smoothing. */
	readonly gamma: number;
}

const defaults: CrossEntropyAttrs = { ignore: IGNORE, smoothing: 0, gamma: 0 };

/**
 * Sum over the pixels that are not ignored of weight * -log softmax(logits)[label],
 * divided by `total`; 0 when total is 0. logits [..., K], labels [...] (i32),
 * total a scalar as from `labelWeight`, weights [K]. A label that is no class
 * and not ignored makes it NaN, so that it is noticed.
 */
export const crossEntropy: Op<
	["logits", "labels", "total", "weights?"],
	CrossEntropyAttrs
> = /* @__PURE__ */ defineOp({
	name: "crossEntropy",
	dtype: "f32",
	inputs: ["logits", "labels", "total", "weights?"],
	dtypes: { labels: "i32" },
	defaults,
	shape(shapes, attrs) {
		check(shapes, attrs);
		return [];
	},
	reference({ logits, labels, total, weights }, attrs, y) {
		y.data[0] = 0;
		labels.data.forEach((label, i) => {
			if (label === attrs.ignore) return;
			const { values, largest, sum } = classScores(logits, i);
			const missed = 1 - Math.exp(values[label] - largest) / sum;
			const focus = attrs.gamma && missed ** attrs.gamma;
			const shares = targetShares(label, values.length, total, weights, attrs);
			let loss = 0 * sum;
			shares.forEach((share, k) => {
				// A probability of 0 costs nothing where it has no share.
				if (share) loss += share * (Math.log(sum) - (values[k] - largest));
				else loss += share;
			});
			y.data[0] += attrs.gamma ? focus * loss : loss;
		});
	},
	launch({ shapes, attrs }) {
		const params = pixelParams(shapes, attrs);
		const first = dispatch({
			kernel: lossKernel,
			params,
			grid: itemGrid(params.n),
			rename: { loss: "each" },
		});
		return [summed(first, "each", params.n)];
	},
	grad: {
		logits({ inputs: { logits, labels, total, weights }, dy, attrs }) {
			return weights
				? crossEntropyInputGrad(logits, labels, total, dy, weights, attrs)
				: crossEntropyInputGrad(logits, labels, total, dy, attrs);
		},
	},
});

/** Gradient of `crossEntropy` with respect to the logits; exactly 0 at ignored pixels. dy is a scalar. */
export const crossEntropyInputGrad: Op<
	["logits", "labels", "total", "dy", "weights?"],
	CrossEntropyAttrs
> = /* @__PURE__ */ defineOp({
	name: "crossEntropyInputGrad",
	dtypeLike: "logits",
	inputs: ["logits", "labels", "total", "dy", "weights?"],
	dtypes: { labels: "i32" },
	defaults,
	shape(shapes, attrs) {
		check(shapes, attrs);
		hasShape("dy", shapes.dy, [], "the gradient of a scalar");
		return shapes.logits;
	},
	reference({ logits, labels, total, dy, weights }, attrs, y) {
		const { ignore, gamma } = attrs;
		const classes = logits.shape[logits.shape.length - 1];
		labels.data.forEach((label, i) => {
			const { values, largest, sum } = classScores(logits, i);
			const shares = targetShares(label, classes, total, weights, attrs);
			const all = shares.reduce((a, b) => a + b, 0);
			const factor =
				dy.data[0] *
				(gamma ? focalSlope(values[label] - largest, sum, gamma) : 1);
			values.forEach((v, k) => {
				const p = Math.exp(v - largest) / sum;
				y.data[i * classes + k] =
					label === ignore ? 0 : factor * (all * p - shares[k]);
			});
		});
	},
	launch({ shapes, attrs }) {
		const params = pixelParams(shapes, attrs);
		return [
			single({ kernel: inputGradKernel, params, grid: itemGrid(params.n) }),
		];
	},
});

interface PixelShapes {
	readonly logits: Shape;
	readonly labels: Shape;
	readonly total: Shape;
	readonly weights: Shape | undefined;
}

function pixelParams(
	{ logits, labels, weights }: PixelShapes,
	{ ignore, smoothing, gamma }: CrossEntropyAttrs,
) {
	return {
		n: sizeOf(labels),
		classes: logits[logits.length - 1],
		ignore,
		weighted: weights ? 1 : 0,
		smoothing,
		gamma,
	};
}

function check(
	{ logits, labels, total, weights }: PixelShapes,
	{ ignore, smoothing, gamma }: CrossEntropyAttrs,
): void {
	if (!logits.length) invalid("logits is a scalar but must be [..., K]");
	hasShape(
		"labels",
		labels,
		logits.slice(0, -1),
		"a class per pixel of logits",
	);
	hasShape("total", total, [], "a scalar");
	integer("ignore", ignore);
	inRange("smoothing", smoothing, 0, 1);
	notNegative("gamma", gamma);
	if (smoothing && gamma) {
		invalid(`smoothing ${smoothing} and gamma ${gamma} exclude each other`);
	}
	if (weights) hasShape("weights", weights, logits.slice(-1), "one per class");
}

/** What each class's -log probability counts in a pixel's loss; all NaN where the label is no class. */
function targetShares(
	label: number,
	classes: number,
	total: NdArray,
	weights: NdArray | undefined,
	{ smoothing }: CrossEntropyAttrs,
): number[] {
	const unit = total.data[0] === 0 ? 0 : 1 / total.data[0];
	const valid = 0 * weightOf(label, classes, undefined);
	return Array.from({ length: classes }, (_, k) => {
		const target = (k === label ? 1 - smoothing : 0) + smoothing / classes;
		if (target === 0) return valid;
		return valid + unit * target * weightOf(k, classes, weights);
	});
}

/** Derivative of (1 - p)^gamma * log p with respect to log p, for p = exp(score) / sum. */
function focalSlope(score: number, sum: number, gamma: number): number {
	const p = Math.exp(score) / sum;
	if (p === 0) return 1;
	if (p === 1) return 0;
	const logP = score - Math.log(sum);
	return (1 - p) ** gamma - gamma * (1 - p) ** (gamma - 1) * p * logP;
}
