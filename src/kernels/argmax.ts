import { invalid } from "../engine/errors.ts";
import { single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import argmaxKernel from "./argmax.wgsl";
import { classScores } from "./class-scores.ts";
import { mul, type NoAttrs, sub } from "./elementwise.ts";
import { itemGrid } from "./grid.ts";
import { sum } from "./reduce.ts";
import softmaxKernel from "./softmax.wgsl";

/** Index of the largest value along the last axis, the first of equals; NaN counts as largest (NumPy). x [..., K] -> [...], i32. */
export const argmax: Op<["x"], NoAttrs> = /* @__PURE__ */ defineOp({
	name: "argmax",
	inputs: ["x"],
	defaults: {},
	dtype: "i32",
	shape: ({ x }) => withClasses(x).slice(0, -1),
	reference({ x }, _, y) {
		y.data.forEach((_, i) => {
			const { values, largest } = classScores(x, i);
			const nan = values.findIndex(Number.isNaN);
			y.data[i] = nan < 0 ? values.indexOf(largest) : nan;
		});
	},
	launch: ({ shapes: { x }, y }) => [
		single({
			kernel: argmaxKernel,
			params: { n: sizeOf(y), classes: x[x.length - 1] },
			grid: itemGrid(sizeOf(y)),
		}),
	],
});

/** exp(x) / sum of exp(x) over the last axis, its maximum subtracted first; f32. */
export const softmax: Op<["x"], NoAttrs> = /* @__PURE__ */ defineOp({
	name: "softmax",
	inputs: ["x"],
	defaults: {},
	shape: ({ x }) => withClasses(x),
	reference({ x }, _, y) {
		const classes = x.shape[x.shape.length - 1];
		for (let i = 0; i < x.data.length / classes; i++) {
			const { values, largest, sum } = classScores(x, i);
			values.forEach((v, k) => {
				y.data[i * classes + k] = Math.exp(v - largest) / sum;
			});
		}
	},
	launch({ shapes: { x } }) {
		const classes = x[x.length - 1];
		const n = sizeOf(x) / classes;
		return [
			single({
				kernel: softmaxKernel,
				params: { n, classes },
				grid: itemGrid(n),
			}),
		];
	},
	grad: {
		x({ y, dy }) {
			const dot = sum(mul(dy, y), { axes: [-1], keepDims: true });
			return mul(y, sub(dy, dot));
		},
	},
});

function withClasses(x: Shape): Shape {
	if (!x.length) invalid("x is a scalar but must be [..., K]");
	return x;
}
