import { invalid } from "../engine/errors.ts";
import { dispatch, single, type Variant } from "../engine/kernel.ts";
import { defineOp, type NdArray, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { hasShape, integer } from "./attributes.ts";
import { classScores } from "./class-scores.ts";
import lossKernel from "./cross-entropy.wgsl";
import inputGradKernel from "./cross-entropy-input-grad.wgsl";
import { itemGrid } from "./grid.ts";
import labelWeightKernel from "./label-weight.wgsl";
import { sumStages } from "./reduce.ts";

/** Attributes of the cross-entropy ops. */
export interface CrossEntropyAttrs {
	/** Label of pixels that do not count; default -100, as PyTorch's CrossEntropyLoss. */
	readonly ignore: number;
}

/** Attributes of `labelWeight`. */
export interface LabelWeightAttrs extends CrossEntropyAttrs {
	/** Number of classes K. */
	readonly classes: number;
}

const defaults: CrossEntropyAttrs = { ignore: -100 };

/**
 * Total class weight of the labels that are not ignored, a scalar; labels of
 * any shape (i32), weights [K], or 1 each without them. A label that is no
 * class and not ignored makes it NaN.
 */
export const labelWeight: Op<["labels", "weights?"], LabelWeightAttrs> =
	/* @__PURE__ */ defineOp({
		name: "labelWeight",
		inputs: ["labels", "weights?"],
		dtypes: { labels: "i32" },
		defaults: { ...defaults, classes: 0 },
		shape({ weights }, { classes, ignore }) {
			if (!Number.isInteger(classes) || classes < 1) {
				invalid(`classes ${classes} must be an integer of at least 1`);
			}
			integer("ignore", ignore);
			if (weights) hasShape("weights", weights, [classes], "one per class");
			return [];
		},
		reference({ labels, weights }, { classes, ignore }, y) {
			y.data[0] = 0;
			for (const label of labels.data) {
				if (label !== ignore) y.data[0] += weightOf(label, classes, weights);
			}
		},
		launch({ shapes: { labels, weights }, attrs: { classes, ignore } }) {
			const n = sizeOf(labels);
			const first = dispatch({
				kernel: labelWeightKernel,
				params: { n, classes, ignore, weighted: weights ? 1 : 0 },
				grid: itemGrid(n),
				rename: { weight: "each" },
			});
			return [summed(first, "each", n)];
		},
	});

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
	inputs: ["logits", "labels", "total", "weights?"],
	dtypes: { labels: "i32" },
	defaults,
	shape(shapes, attrs) {
		check(shapes, attrs);
		return [];
	},
	reference({ logits, labels, total, weights }, { ignore }, y) {
		const classes = logits.shape[logits.shape.length - 1];
		y.data[0] = 0;
		labels.data.forEach((label, i) => {
			if (label === ignore) return;
			const { values, largest, sum } = classScores(logits, i);
			const nll = Math.log(sum) - (values[label] - largest);
			y.data[0] += share(label, classes, total, weights) * nll;
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
	inputs: ["logits", "labels", "total", "dy", "weights?"],
	dtypes: { labels: "i32" },
	defaults,
	shape(shapes, attrs) {
		check(shapes, attrs);
		hasShape("dy", shapes.dy, [], "the gradient of a scalar");
		return shapes.logits;
	},
	reference({ logits, labels, total, dy, weights }, { ignore }, y) {
		const classes = logits.shape[logits.shape.length - 1];
		labels.data.forEach((label, i) => {
			const { values, largest, sum } = classScores(logits, i);
			values.forEach((v, k) => {
				const target = k === label ? 1 : 0;
				const p = Math.exp(v - largest) / sum;
				const factor = dy.data[0] * share(label, classes, total, weights);
				y.data[i * classes + k] = label === ignore ? 0 : factor * (p - target);
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

/**
 * Mean cross-entropy of softmax(logits) over the pixels that are not ignored,
 * a scalar; logits [..., K], labels [...] (i32), optional class weights [K].
 * With weights the mean is weighted, sum(w * loss) / sum(w), as PyTorch's
 * CrossEntropyLoss. Ignored pixels get gradient 0; when all are, the loss is 0 too.
 */
export function softmaxCrossEntropy(
	logits: Tensor,
	labels: Tensor,
	options: { weights?: Tensor | undefined; ignore?: number } = {},
): Tensor {
	const { weights, ignore = defaults.ignore } = options;
	const classes = logits.shape[logits.shape.length - 1];
	if (!weights) {
		const total = labelWeight(labels, { classes, ignore });
		return crossEntropy(logits, labels, total, { ignore });
	}
	const total = labelWeight(labels, weights, { classes, ignore });
	return crossEntropy(logits, labels, total, weights, { ignore });
}

/** A variant that runs `first` into n elements of scratch and sums them. */
function summed(
	first: Variant["stages"][number],
	scratch: string,
	n: number,
): Variant {
	const rest = sumStages([{ outer: 1, rows: n, inner: 1 }], scratch, 1);
	return {
		stages: [first, ...rest.stages],
		scratch: { [scratch]: n, ...rest.scratch },
	};
}

interface PixelShapes {
	readonly logits: Shape;
	readonly labels: Shape;
	readonly total: Shape;
	readonly weights: Shape | undefined;
}

function pixelParams(
	{ logits, labels, weights }: PixelShapes,
	{ ignore }: CrossEntropyAttrs,
) {
	return {
		n: sizeOf(labels),
		classes: logits[logits.length - 1],
		ignore,
		weighted: weights ? 1 : 0,
	};
}

function check(
	{ logits, labels, total, weights }: PixelShapes,
	{ ignore }: CrossEntropyAttrs,
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
	if (weights) hasShape("weights", weights, logits.slice(-1), "one per class");
}

/** The class's weight, NaN where there is no such class. */
function weightOf(
	label: number,
	classes: number,
	weights: NdArray | undefined,
): number {
	if (label < 0 || label >= classes) return Number.NaN;
	return weights ? weights.data[label] : 1;
}

function share(
	label: number,
	classes: number,
	total: NdArray,
	weights: NdArray | undefined,
): number {
	const weight = weightOf(label, classes, weights);
	return total.data[0] === 0 ? 0 * weight : weight / total.data[0];
}
