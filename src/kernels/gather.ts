import { invalid } from "../engine/errors.ts";
import {
	elementGrid,
	type Kernel,
	single,
	type Variant,
	vectorized,
} from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { formatShape, sameShape, sizeOf } from "../engine/shape.ts";
import { positiveInteger } from "./attributes.ts";
import gatherKernel from "./gather.wgsl";
import inputGradKernel from "./gather-input-grad.wgsl";
import { itemGrid, stepDigits } from "./grid.ts";

const vectorKernel = /* @__PURE__ */ vectorized(gatherKernel);
const vectorGradKernel = /* @__PURE__ */ vectorized(inputGradKernel);

/** Attributes of `gather`. */
export interface GatherAttrs {
	/** Value where an index is no row of x; default NaN (jax.numpy.take). */
	readonly fill: number;
}

/** Attributes of `gatherInputGrad`. */
export interface GatherInputGradAttrs {
	/** Extent of axis 0 of the gathered tensor. */
	readonly rows: number;
}

/** Rows of a table: x [R, ...], indices of any shape (i32) -> [...indices, ...]; f32. */
export const gather: Op<["x", "indices"], GatherAttrs> =
	/* @__PURE__ */ defineOp({
		name: "gather",
		inputs: ["x", "indices"],
		dtypes: { indices: "i32" },
		defaults: { fill: Number.NaN },
		shape({ x, indices }) {
			if (!x.length) invalid("x is a scalar but must be [R, ...]");
			return [...indices, ...x.slice(1)];
		},
		reference({ x, indices }, { fill }, y) {
			const inner = y.data.length / indices.data.length;
			y.data.forEach((_, k) => {
				const row = indices.data[Math.floor(k / inner)];
				const inside = row >= 0 && row < x.shape[0];
				y.data[k] = inside ? x.data[row * inner + (k % inner)] : fill;
			});
		},
		launch({ shapes: { x }, y, attrs: { fill } }) {
			return inFours(
				gatherKernel,
				vectorKernel,
				sizeOf(x.slice(1)),
				(kernel, inner, lanes) => {
					const n = sizeOf(y) / lanes;
					return single({
						kernel,
						params: { n, rows: x[0], inner, fill, step: stepDigits([inner]) },
						grid: elementGrid(n),
					});
				},
			);
		},
		grad: {
			x: ({ inputs: { x, indices }, dy }) =>
				gatherInputGrad(dy, indices, { rows: x.shape[0] }),
		},
	});

/**
 * Gradient of `gather` with respect to x: dy [...indices, ...] -> [rows, ...],
 * every row the sum of what was gathered from it, added in order.
 */
export const gatherInputGrad: Op<["dy", "indices"], GatherInputGradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "gatherInputGrad",
		inputs: ["dy", "indices"],
		dtypes: { indices: "i32" },
		defaults: { rows: 1 },
		shape({ dy, indices }, { rows }) {
			positiveInteger("rows", rows);
			if (!sameShape(dy.slice(0, indices.length), indices)) {
				invalid(
					`dy ${formatShape(dy)} must begin with the shape of indices, ${formatShape(indices)}`,
				);
			}
			return [rows, ...dy.slice(indices.length)];
		},
		reference({ dy, indices }, { rows }, y) {
			const inner = y.data.length / rows;
			dy.data.forEach((d, k) => {
				const row = indices.data[Math.floor(k / inner)];
				if (row >= 0 && row < rows) y.data[row * inner + (k % inner)] += d;
			});
		},
		launch({ shapes: { indices }, y }) {
			return inFours(
				inputGradKernel,
				vectorGradKernel,
				sizeOf(y.slice(1)),
				(kernel, inner) => {
					const n = y[0] * inner;
					return single({
						kernel,
						params: { n, count: sizeOf(indices), inner },
						grid: itemGrid(n),
					});
				},
			);
		},
		grad: {
			dy: ({ inputs: { indices }, dy }) => gather(dy, indices, { fill: 0 }),
		},
	});

/** The variant in vectors of four, where rows of `inner` elements divide by four, and the scalar one. */
function inFours<K extends Kernel>(
	scalar: K,
	vector: K,
	inner: number,
	variant: (kernel: K, inner: number, lanes: number) => Variant,
): Variant[] {
	const one = variant(scalar, inner, 1);
	return inner % 4 ? [one] : [variant(vector, inner / 4, 4), one];
}
