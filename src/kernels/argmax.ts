import { ceilDiv, dispatch, type Variant } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import argmaxKernel from "./argmax.wgsl";
import { axisOf } from "./attributes.ts";
import {
	type AxisAttrs,
	type AxisView,
	axisView,
	eachLine,
	firstLargest,
} from "./axis.ts";
import { itemGrid } from "./grid.ts";

/** Values one invocation looks at, at most, in the first of two passes. */
const MAX_CANDIDATES = 128;

/** Index of the largest value along an axis, the first of equals; NaN counts as largest (NumPy). x [..., K] -> [...], i32. */
export const argmax: Op<["x"], AxisAttrs> = /* @__PURE__ */ defineOp({
	name: "argmax",
	inputs: ["x"],
	defaults: { axis: -1 },
	dtype: "i32",
	shape({ x }, attrs) {
		axisView(x, attrs);
		return x.filter((_, d) => d !== axisOf(attrs.axis, x));
	},
	reference({ x }, attrs, y) {
		eachLine(x, attrs, (values, _, line) => {
			y.data[line] = firstLargest(values);
		});
	},
	launch: ({ shapes: { x }, attrs }) => [
		argmaxStages(axisView(x, attrs), "y", 1),
	],
});

/** The dispatches that write the place of the first largest `sign * x` along the axis into `y`: one, or two for long axes. */
export function argmaxStages(
	{ outer, extent, inner }: AxisView,
	y: string,
	sign: 1 | -1,
): Variant {
	const stage = (candidates: number, chunks: number, to: string) => {
		const n = outer * chunks * inner;
		const merge = candidates < extent;
		const chunk = ceilDiv(candidates, chunks);
		return dispatch({
			kernel: argmaxKernel,
			params: { n, classes: extent, inner, candidates, chunks, chunk },
			constants: { SIGN: sign, MERGE: merge ? 1 : 0 },
			grid: itemGrid(n),
			rename: merge ? { y: to, found: "candidates" } : { y: to },
		});
	};
	if (extent <= MAX_CANDIDATES) {
		return { stages: [stage(extent, 1, y)], scratch: {} };
	}
	const chunks = ceilDiv(extent, Math.ceil(Math.sqrt(extent)));
	return {
		stages: [stage(extent, chunks, "candidates"), stage(chunks, 1, y)],
		scratch: { candidates: outer * chunks * inner },
	};
}
