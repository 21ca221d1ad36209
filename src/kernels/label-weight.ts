import { invalid } from "../engine/errors.ts";
import { dispatch, type Variant } from "../engine/kernel.ts";
import { defineOp, type NdArray, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { hasShape, integer } from "./attributes.ts";
import { itemGrid } from "./grid.ts";
import labelWeightKernel from "./label-weight.wgsl";
import { sumStages } from "./reduce.ts";

/** Attribute of ops on labels. */
export interface IgnoreAttrs {
	/** Label of pixels that do not count; default -100, as PyTorch's CrossEntropyLoss. */
	readonly ignore: number;
}

/** Attributes of `labelWeight`. */
export interface LabelWeightAttrs extends IgnoreAttrs {
	/** Number of classes K. */
	readonly classes: number;
}

/** Default of every op's `ignore`. */
export const IGNORE = -100;

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
		defaults: { ignore: IGNORE, classes: 0 },
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

/** The class's weight, NaN where there is no such class. */
export function weightOf(
	label: number,
	classes: number,
	weights: NdArray | undefined,
): number {
	if (label < 0 || label >= classes) return Number.NaN;
	return weights ? weights.data[label] : 1;
}

/** A variant that runs `first` into n elements of scratch and sums them. */
export function summed(
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
