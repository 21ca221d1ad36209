import { invalid } from "../engine/errors.ts";
import {
	ceilDiv,
	type Dispatch,
	dispatch,
	type Variant,
} from "../engine/kernel.ts";
import { defineOp, type Op, type OpSpec } from "../engine/op.ts";
import { formatShape, type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { axesOf, isShape } from "./attributes.ts";
import { broadcastPlan, broadcastValues, launchBinary } from "./broadcast.ts";
import { fours, widest } from "./fours.ts";
import { itemGrid } from "./grid.ts";
import reduceKernel from "./reduce.wgsl";
import { scale } from "./scale.ts";

/** Attributes of a reduction. */
export interface ReduceAttrs {
	/** Axes to reduce, negative ones counted from the last; default all. */
	readonly axes: readonly number[] | "all";
	/** Whether reduced axes stay with extent 1. */
	readonly keepDims: boolean;
}

/** Attributes of `broadcastTo`. */
export interface BroadcastAttrs {
	readonly shape: Shape;
	/** The axes of `shape` to repeat along, which x lacks; default NumPy's rule (aligned at the last axis). */
	readonly axes: readonly number[];
}

/** Rows one invocation adds up at most: long enough to hide a dispatch, short enough to keep f32 sums exact and GPUs busy. */
const MAX_ROWS = 128;

/** A reduction over `rows` of an array seen as [outer, rows, inner]. */
export interface Block {
	readonly outer: number;
	readonly rows: number;
	readonly inner: number;
}

/** Sum over axes, by default all: x of any shape -> the axes that are left, [] without any; f32, added in a fixed order. */
export const sum: Op<["x"], ReduceAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ reduction(
		"sum",
		() => 1,
		(dy, x, attrs) => spread(dy, x, attrs),
	),
);

/** Mean over axes, by default all: x of any shape -> the axes that are left, [] without any; f32. */
export const mean: Op<["x"], ReduceAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ reduction(
		"mean",
		(count) => 1 / count,
		(dy, x, attrs) =>
			scale(spread(dy, x, attrs), { by: sizeOf(dy.shape) / sizeOf(x) }),
	),
);

/** Repeats x to a larger shape; the gradient of `sum`. */
export const broadcastTo: Op<["x"], BroadcastAttrs> = /* @__PURE__ */ defineOp({
	name: "broadcastTo",
	inputs: ["x"],
	defaults: { shape: [], axes: [] } as BroadcastAttrs,
	shape({ x }, attrs) {
		isShape("shape", attrs.shape);
		const from = aligned(x, attrs);
		const extra = attrs.shape.length - from.length;
		if (
			extra < 0 ||
			!from.every((d, i) => d === 1 || d === attrs.shape[extra + i])
		) {
			invalid(
				`x ${formatShape(x)} does not repeat to ${formatShape(attrs.shape)}`,
			);
		}
		broadcastPlan(attrs.shape, [from]);
		return attrs.shape;
	},
	reference({ x }, attrs, y) {
		const from = { data: x.data, shape: aligned(x.shape, attrs) };
		y.data.set(broadcastValues(from, y.shape));
	},
	launch({ shapes, y, attrs }) {
		const from = aligned(shapes.x, attrs);
		return launchBinary("first", y, from, from, { a: "x", b: "x" });
	},
	grad: {
		x: ({ inputs: { x }, dy, attrs: { axes } }) =>
			axes.length ? sum(dy, { axes }) : sumTo(dy, x.shape),
	},
});

/** Sums `t` over the dimensions along which broadcasting repeated an input of `shape`. */
export function sumTo(t: Tensor, shape: Shape): Tensor {
	const extra = t.shape.length - shape.length;
	const lead = Array.from({ length: extra }, (_, d) => d);
	const rest = extra ? sum(t, { axes: lead }) : t;
	const axes = shape.flatMap((size, d) => (size !== rest.shape[d] ? [d] : []));
	return axes.length ? sum(rest, { axes, keepDims: true }) : rest;
}

const kernels = /* @__PURE__ */ fours(reduceKernel);

/** Values of `OP` in reduce.wgsl. */
const OPS = { sum: 0, max: 1, min: 2 } as const;

/**
 * The dispatches that sum `blocks` (or take their extreme) one after the other,
 * from the tensor or scratch `from` into `y`, each in as many ordered stages as
 * it has rows for.
 */
export function sumStages(
	blocks: readonly Block[],
	from: string,
	by: number,
	op: keyof typeof OPS = "sum",
): Variant {
	const steps = blocks.flatMap(({ outer, rows, inner }) => {
		const stages = Math.max(
			1,
			Math.ceil(Math.log(rows) / Math.log(MAX_ROWS) - 1e-9),
		);
		return Array.from({ length: stages }, (_, s) => {
			const left = stages - s;
			const chunks =
				left === 1 ? 1 : ceilDiv(rows, Math.ceil(rows ** (1 / left)));
			const step = { outer, rows, inner, chunks };
			rows = chunks;
			return step;
		});
	});
	const scratch: Record<string, number> = {};
	const stages = steps.map(({ outer, rows, inner, chunks }, i): Dispatch => {
		const { kernel, lanes } = widest(kernels, inner);
		const outputs = outer * chunks * inner;
		const last = i === steps.length - 1;
		if (!last) scratch[`sum${i}`] = outputs;
		return dispatch({
			kernel,
			params: {
				outputs: outputs / lanes,
				rows,
				inner: inner / lanes,
				chunks,
				by: last ? by : 1,
			},
			constants: { OP: OPS[op] },
			grid: itemGrid(outputs / lanes),
			rename: { x: i ? `sum${i - 1}` : from, y: last ? "y" : `sum${i}` },
		});
	});
	return { stages, scratch };
}

function reduction(
	name: "sum" | "mean",
	factor: (count: number) => number,
	inputGrad: (dy: Tensor, x: Shape, attrs: ReduceAttrs) => Tensor,
): OpSpec<["x"], ReduceAttrs> {
	return {
		name,
		inputs: ["x"],
		// Sums of half-precision values need more than half precision.
		dtype: "f32",
		defaults: { axes: "all", keepDims: false },
		shape({ x }, attrs) {
			return reducedShape(x, attrs);
		},
		reference({ x }, attrs, y) {
			const to = reducedIndices(x.shape, attrs);
			x.data.forEach((v, i) => {
				y.data[to[i]] += v;
			});
			const by = factor(x.data.length / y.data.length);
			y.data.forEach((v, i) => {
				y.data[i] = v * by;
			});
		},
		launch({ shapes: { x }, y, attrs }) {
			const blocks = reducedBlocks(x, attrs);
			return [sumStages(blocks, "x", factor(sizeOf(x) / sizeOf(y)))];
		},
		grad: {
			x: ({ inputs, dy, attrs }) => inputGrad(dy, inputs.x.shape, attrs),
		},
	};
}

/** Shape of a reduction of x. Rejects one that needs more than four runs of axes. */
export function reducedShape(x: Shape, attrs: ReduceAttrs): Shape {
	const axes = reducedAxes(x, attrs.axes);
	const kept = x.map((d, i) => (axes.has(i) ? 1 : d));
	// The gradient repeats y to x.
	broadcastPlan(x, [kept]);
	return attrs.keepDims ? kept : x.filter((_, i) => !axes.has(i));
}

/** For references: the element of the reduction that each element of x belongs to. */
export function reducedIndices(x: Shape, attrs: ReduceAttrs): Float64Array {
	const axes = reducedAxes(x, attrs.axes);
	const kept = x.map((d, i) => (axes.has(i) ? 1 : d));
	// The output with its reduced axes kept has the output's own row-major order.
	const data = Float64Array.from({ length: sizeOf(kept) }, (_, i) => i);
	return broadcastValues({ data, shape: kept }, x);
}

/** The axes of x that are reduced. */
export function reducedAxes(x: Shape, axes: ReduceAttrs["axes"]): Set<number> {
	if (axes === "all") return new Set(x.keys());
	const set = new Set(axesOf(axes, x));
	if (set.size !== axes.length) invalid(`axes ${axes.join()} repeat an axis`);
	return set;
}

/** Runs of neighbouring reduced axes as [outer, rows, inner], the last run first: each finds the later ones already reduced. */
export function reducedBlocks(x: Shape, attrs: ReduceAttrs): Block[] {
	const axes = reducedAxes(x, attrs.axes);
	const blocks: Block[] = [];
	let inner = 1;
	let rows = 1;
	for (let d = x.length - 1; d >= 0; d--) {
		if (!axes.has(d)) {
			inner *= x[d];
			continue;
		}
		rows *= x[d];
		if (axes.has(d - 1)) continue;
		blocks.push({ outer: sizeOf(x.slice(0, d)), rows, inner });
		rows = 1;
	}
	return blocks.length ? blocks : [{ outer: 1, rows: 1, inner }];
}

function spread(dy: Tensor, x: Shape, { axes, keepDims }: ReduceAttrs): Tensor {
	const missing = keepDims || axes === "all" ? [] : axes;
	return broadcastTo(dy, { shape: x, axes: missing });
}

/** The shape of x with extent 1 at the axes it lacks. */
function aligned(x: Shape, { shape, axes }: BroadcastAttrs): Shape {
	if (axes.length === 0) return x;
	const missing = reducedAxes(shape, axes);
	if (x.length + missing.size !== shape.length) {
		invalid(
			`x ${formatShape(x)} and ${missing.size} axes do not make ${formatShape(shape)}`,
		);
	}
	let d = 0;
	return shape.map((_, i) => (missing.has(i) ? 1 : x[d++]));
}
