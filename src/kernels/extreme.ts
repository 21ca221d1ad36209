import { defineOp, type Op, type OpSpec } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { full } from "../engine/tensor.ts";
import { argmaxStages } from "./argmax.ts";
import { hasShape } from "./attributes.ts";
import { axisView, eachLine, firstLargest } from "./axis.ts";
import { mul } from "./elementwise.ts";
import { oneHotStage } from "./one-hot.ts";
import {
	type ReduceAttrs,
	reducedAxes,
	reducedBlocks,
	reducedIndices,
	reducedShape,
	sum,
	sumStages,
} from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { scale } from "./scale.ts";
import { transpose } from "./transpose.ts";

/** Attributes of `extremeInputGrad`. */
export interface ExtremeAttrs {
	/** Whether the smallest value counts instead of the largest. */
	readonly smallest: boolean;
}

/** Maximum over axes, NaN where there is one; f32. Its gradient goes to the first of equal maxima. */
export const max: Op<["x"], ReduceAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ extreme("max", Math.max),
);

/** Minimum over axes, NaN where there is one; f32. Its gradient goes to the first of equal minima. */
export const min: Op<["x"], ReduceAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ extreme("min", Math.min),
);

/** Gradient of `max` and `min` over the last axis: dy [...] at the first extreme of x [..., K], else 0. */
export const extremeInputGrad: Op<["x", "dy"], ExtremeAttrs> =
	/* @__PURE__ */ defineOp({
		name: "extremeInputGrad",
		inputs: ["x", "dy"],
		defaults: { smallest: false } as ExtremeAttrs,
		shape({ x, dy }) {
			axisView(x, { axis: -1 });
			hasShape(
				"dy",
				dy,
				x.slice(0, -1),
				"the shape of x without its last axis",
			);
			return x;
		},
		reference({ x, dy }, { smallest }, y) {
			y.data.fill(0);
			eachLine(x, { axis: -1 }, (values, places, line) => {
				const k = firstLargest(smallest ? values.map((v) => -v) : values);
				y.data[places[k]] = dy.data[line];
			});
		},
		launch({ shapes: { x, dy }, attrs }) {
			const view = axisView(x, { axis: -1 });
			const find = argmaxStages(view, "at", attrs.smallest ? -1 : 1);
			const place = oneHotStage(x, { labels: "at", values: "dy" });
			return [
				{
					stages: [...find.stages, place],
					scratch: { ...find.scratch, at: sizeOf(dy) },
				},
			];
		},
		grad: {
			// The place of the extreme does not move.
			x: ({ dy }) => scale(dy, { by: 0 }),
			dy({ inputs: { x, dy: v }, dy, attrs }) {
				const ones = full(v.shape, 1, { device: v.device });
				const here = extremeInputGrad(x, ones, attrs);
				return sum(mul(dy, here), { axes: [-1] });
			},
		},
	});

function extreme(
	name: "max" | "min",
	combine: (a: number, b: number) => number,
): OpSpec<["x"], ReduceAttrs> {
	const smallest = name === "min";
	return {
		name,
		inputs: ["x"],
		defaults: { axes: "all", keepDims: false },
		shape: ({ x }, attrs) => reducedShape(x, attrs),
		reference({ x }, attrs, y) {
			const to = reducedIndices(x.shape, attrs);
			y.data.fill(
				smallest ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
			);
			x.data.forEach((v, i) => {
				y.data[to[i]] = combine(y.data[to[i]], v);
			});
		},
		launch: ({ shapes: { x }, attrs }) => [
			sumStages(reducedBlocks(x, attrs), "x", 1, name),
		],
		grad: {
			x: ({ inputs: { x }, dy, attrs }) =>
				spread(x, dy, reducedLast(x.shape, attrs), smallest),
		},
	};
}

/** The axes of x, the reduced ones last. */
function reducedLast(x: Shape, attrs: ReduceAttrs): number[] {
	const reduced = reducedAxes(x, attrs.axes);
	const all = [...x.keys()];
	return [
		...all.filter((d) => !reduced.has(d)),
		...all.filter((d) => reduced.has(d)),
	];
}

function spread(
	x: Tensor,
	dy: Tensor,
	axes: readonly number[],
	smallest: boolean,
): Tensor {
	const moved = reorder(x, axes);
	const outputs = sizeOf(dy.shape);
	const dx = extremeInputGrad(
		reshape(moved, { shape: [outputs, -1] }),
		reshape(dy, { shape: [outputs] }),
		{ smallest },
	);
	return reorder(
		reshape(dx, { shape: moved.shape }),
		axes.map((_, axis) => axes.indexOf(axis)),
	);
}

/** `transpose`, unless nothing moves. */
function reorder(t: Tensor, axes: readonly number[]): Tensor {
	return axes.every((axis, d) => axis === d) ? t : transpose(t, { axes });
}
