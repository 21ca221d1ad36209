import { type Dispatch, dispatch, elementGrid } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { positiveInteger } from "./attributes.ts";
import { stepDigits } from "./grid.ts";
import oneHotKernel from "./one-hot.wgsl";

/** Attributes of `oneHot`. */
export interface OneHotAttrs {
	/** Number of classes; the extent of the new last axis. */
	readonly classes: number;
}

/** 1 at each label and 0 elsewhere: labels of any shape (i32) -> [..., classes], f32. A label that is no class gives zeros (TensorFlow, JAX). */
export const oneHot: Op<["labels"], OneHotAttrs> = /* @__PURE__ */ defineOp({
	name: "oneHot",
	inputs: ["labels"],
	dtypes: { labels: "i32" },
	defaults: { classes: 1 },
	shape({ labels }, { classes }) {
		positiveInteger("classes", classes);
		return [...labels, classes];
	},
	reference({ labels }, { classes }, y) {
		labels.data.forEach((label, i) => {
			for (let k = 0; k < classes; k++) {
				y.data[i * classes + k] = label === k ? 1 : 0;
			}
		});
	},
	launch: ({ y }) => [{ stages: [oneHotStage(y)], scratch: {} }],
});

/** The dispatch that fills y [..., K] with 1 at `labels`; with names, with `values` at those labels. */
export function oneHotStage(
	y: Shape,
	names?: { labels: string; values: string },
): Dispatch {
	const n = sizeOf(y);
	const classes = y[y.length - 1];
	return dispatch({
		kernel: oneHotKernel,
		params: { n, classes, step: stepDigits([classes]) },
		constants: { HAS_VALUES: names ? 1 : 0 },
		grid: elementGrid(n),
		rename: names ?? {},
	});
}
