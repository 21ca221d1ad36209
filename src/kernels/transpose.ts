import { invalid } from "../engine/errors.ts";
import {
	type Dispatch,
	dispatch,
	elementGrid,
	single,
	vectorized,
} from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { formatShape, type Shape, sizeOf } from "../engine/shape.ts";
import { axesOf } from "./attributes.ts";
import { stepDigits } from "./grid.ts";
import permuteKernel from "./permute.wgsl";

const vectorKernel = /* @__PURE__ */ vectorized(permuteKernel);

/** Attributes of `transpose`. */
export interface TransposeAttrs {
	/** Axis d of the output is axis axes[d] of x, negative ones counted from the last; default all in reverse (NumPy). */
	readonly axes: readonly number[] | "reversed";
}

/** Neighbouring dimensions of the output that stay together: extent, and step in x. */
interface Run {
	extent: number;
	stride: number;
}

/** Dimensions that `permute.wgsl` can tell apart. */
const MAX_RUNS = 4;

/** The axes of x, of any element type but u8, in another order. At most four runs of axes may move apart. */
export const transpose: Op<["x"], TransposeAttrs> = /* @__PURE__ */ defineOp({
	name: "transpose",
	inputs: ["x"],
	dtypes: { x: "any" },
	defaults: { axes: "reversed" } as TransposeAttrs,
	shape({ x }, attrs) {
		const axes = orderOf(x, attrs);
		if (axes.length !== x.length || new Set(axes).size !== x.length) {
			invalid(
				`axes [${axes.join()}] must name every axis of ${formatShape(x)} once`,
			);
		}
		if (runsOf(x, axes).length > MAX_RUNS) {
			invalid(`axes [${axes.join()}] move more than ${MAX_RUNS} runs of axes`);
		}
		return axes.map((axis) => x[axis]);
	},
	reference({ x }, attrs, y) {
		const axes = orderOf(x.shape, attrs);
		const at = axes.map(() => 0);
		y.data.forEach((_, i) => {
			let from = 0;
			for (let axis = 0; axis < at.length; axis++) {
				from = from * x.shape[axis] + at[axes.indexOf(axis)];
			}
			y.data[i] = x.data[from];
			for (let d = at.length - 1; d >= 0 && ++at[d] === y.shape[d]; d--) {
				at[d] = 0;
			}
		});
	},
	launch({ shapes: { x }, y, attrs }) {
		const runs = runsOf(x, orderOf(x, attrs)).reverse();
		const fours = runs[0]?.stride === 1 && runs[0].extent % 4 === 0;
		const variant = (kernel: typeof permuteKernel, lanes: number) => {
			const extents = [1, 1, 1, 1];
			const strides = [0, 0, 0, 0];
			runs.forEach(({ extent, stride }, d) => {
				extents[d] = d ? extent : extent / lanes;
				strides[d] = d ? stride / lanes : stride;
			});
			const n = sizeOf(y) / lanes;
			return single({
				kernel,
				params: { n, extents, step: stepDigits(extents.slice(0, 3)), strides },
				grid: elementGrid(n),
			});
		};
		const scalar = variant(permuteKernel, 1);
		return fours ? [variant(vectorKernel, 4), scalar] : [scalar];
	},
	grad: {
		x({ inputs: { x }, dy, attrs }) {
			const axes = orderOf(x.shape, attrs);
			return transpose(dy, { axes: axes.map((_, axis) => axes.indexOf(axis)) });
		},
	},
});

/** The dispatch that transposes the matrices x [planes, rows, columns]. */
export function transposeStage(
	planes: number,
	rows: number,
	columns: number,
	names: { x: string; y: string },
): Dispatch {
	const n = planes * rows * columns;
	return dispatch({
		kernel: permuteKernel,
		params: {
			n,
			extents: [rows, columns, planes, 1],
			step: stepDigits([rows, columns, planes]),
			strides: [columns, 1, rows * columns, 0],
		},
		grid: elementGrid(n),
		rename: names,
	});
}

function orderOf(x: Shape, { axes }: TransposeAttrs): number[] {
	if (axes === "reversed") return [...x.keys()].reverse();
	return axesOf(axes, x);
}

function runsOf(x: Shape, axes: readonly number[]): Run[] {
	const runs: Run[] = [];
	for (const axis of axes) {
		if (x[axis] === 1) continue;
		const stride = sizeOf(x.slice(axis + 1));
		const outer = runs.at(-1);
		if (outer?.stride === stride * x[axis]) {
			outer.extent *= x[axis];
			outer.stride = stride;
		} else {
			runs.push({ extent: x[axis], stride });
		}
	}
	return runs;
}
