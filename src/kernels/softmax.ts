import { single } from "../engine/kernel.ts";
import {
	defineOp,
	type GradContext,
	type Op,
	type OpSpec,
} from "../engine/op.ts";
import type { Tensor } from "../engine/tensor.ts";
import { type AxisAttrs, axisView, eachLine, largestOf } from "./axis.ts";
import { mul, sub } from "./elementwise.ts";
import { itemGrid } from "./grid.ts";
import { sum } from "./reduce.ts";
import softmaxKernel from "./softmax.wgsl";

/** exp(x) / sum of exp(x) along an axis, its maximum subtracted first; f32. */
export const softmax: Op<["x"], AxisAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ normalizedExp("softmax", ({ y, dy, attrs }) =>
		mul(y, sub(dy, total(mul(dy, y), attrs))),
	),
);

/** The logarithm of `softmax`, accurate where that underflows: x - log(sum of exp(x)); f32. */
export const logSoftmax: Op<["x"], AxisAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ normalizedExp("logSoftmax", ({ inputs, dy, attrs }) =>
		sub(dy, mul(softmax(inputs.x, attrs), total(dy, attrs))),
	),
);

function normalizedExp(
	name: "softmax" | "logSoftmax",
	inputGrad: (context: GradContext<["x"], AxisAttrs>) => Tensor,
): OpSpec<["x"], AxisAttrs> {
	const log = name === "logSoftmax";
	return {
		name,
		inputs: ["x"],
		defaults: { axis: -1 },
		shape({ x }, attrs) {
			axisView(x, attrs);
			return x;
		},
		reference({ x }, attrs, y) {
			eachLine(x, attrs, (values, places) => {
				const largest = largestOf(values);
				const sum = values.reduce((s, v) => s + Math.exp(v - largest), 0);
				values.forEach((v, k) => {
					y.data[places[k]] = log
						? v - largest - Math.log(sum)
						: Math.exp(v - largest) / sum;
				});
			});
		},
		launch({ shapes: { x }, attrs }) {
			const { outer, extent, inner } = axisView(x, attrs);
			const n = outer * inner;
			return [
				single({
					kernel: softmaxKernel,
					params: { n, classes: extent, inner },
					constants: { LOG: log ? 1 : 0 },
					grid: itemGrid(n),
				}),
			];
		},
		grad: { x: inputGrad },
	};
}

function total(t: Tensor, { axis }: AxisAttrs): Tensor {
	return sum(t, { axes: [axis], keepDims: true });
}
