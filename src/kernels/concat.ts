import { invalid } from "../engine/errors.ts";
import { elementGrid, single, vectorized } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../engine/shape.ts";
import { axisOf, isShape } from "./attributes.ts";
import concatKernel from "./concat.wgsl";
import { stepDigits } from "./grid.ts";
import { launchWindow } from "./window.ts";

const vectorKernel = /* @__PURE__ */ vectorized(concatKernel);

/** Attributes of `concat`. */
export interface ConcatAttrs {
	/** Axis to join along; default -1, the channels. */
	readonly axis: number;
}

/** Attributes of `slice`. */
export interface SliceAttrs {
	/** Axis to cut; default -1, the channels. */
	readonly axis: number;
	/** First index kept. */
	readonly start: number;
	/** Number of indices kept; default -1, all that follow. */
	readonly size: number;
	/** Whether an axis cut to size 1 stays; default true. */
	readonly keepDims: boolean;
}

/** Attributes of `embed`. */
export interface EmbedAttrs {
	/** Shape of the output. */
	readonly shape: Shape;
	readonly axis: number;
	readonly start: number;
}

/** Joins two tensors that differ at most along `axis`: a [..., A, ...], b [..., B, ...] -> [..., A + B, ...]; floats, i32 or u32. */
export const concat: Op<["a", "b"], ConcatAttrs> = /* @__PURE__ */ defineOp({
	name: "concat",
	inputs: ["a", "b"],
	dtypes: { a: "any", b: "any" },
	defaults: { axis: -1 },
	shape({ a, b }, attrs) {
		const axis = axisOf(attrs.axis, a);
		if (a.length !== b.length || !a.every((d, i) => i === axis || d === b[i])) {
			invalid(
				`shapes ${formatShape(a)} and ${formatShape(b)} differ outside axis ${axis}`,
			);
		}
		return a.map((d, i) => (i === axis ? d + b[i] : d));
	},
	reference({ a, b }, attrs, y) {
		const axis = axisOf(attrs.axis, a.shape);
		const inner = sizeOf(y.shape.slice(axis + 1));
		y.data.forEach((_, i) => {
			const o = Math.floor(i / (inner * y.shape[axis]));
			const k = Math.floor(i / inner) % y.shape[axis];
			const first = k < a.shape[axis];
			const from = first ? a : b;
			const j = first ? k : k - a.shape[axis];
			y.data[i] = from.data[(o * from.shape[axis] + j) * inner + (i % inner)];
		});
	},
	launch({ shapes: { a, b }, y, attrs }) {
		const axis = axisOf(attrs.axis, a);
		const rows = [sizeOf(a.slice(axis)), sizeOf(b.slice(axis))];
		const variant = (kernel: typeof concatKernel, lanes: number) => {
			const [aRow, bRow] = rows.map((row) => row / lanes);
			const n = sizeOf(y) / lanes;
			return single({
				kernel,
				params: { n, aRow, bRow, step: stepDigits([aRow + bRow]) },
				grid: elementGrid(n),
			});
		};
		const scalar = variant(concatKernel, 1);
		const fours = rows.every((row) => row % 4 === 0);
		return fours ? [variant(vectorKernel, 4), scalar] : [scalar];
	},
	grad: {
		a({ inputs: { a }, dy, attrs }) {
			const axis = axisOf(attrs.axis, a.shape);
			return slice(dy, { axis, size: a.shape[axis] });
		},
		b({ inputs: { a }, dy, attrs }) {
			const axis = axisOf(attrs.axis, a.shape);
			return slice(dy, { axis, start: a.shape[axis] });
		},
	},
});

/** The indices start to start + size - 1 along an axis: x [..., D, ...] -> [..., size, ...]; any element type but u8. */
export const slice: Op<["x"], SliceAttrs> = /* @__PURE__ */ defineOp({
	name: "slice",
	takesEpilogue: true,
	inputs: ["x"],
	dtypes: { x: "any" },
	defaults: { axis: -1, start: 0, size: -1, keepDims: true } as SliceAttrs,
	shape({ x }, attrs) {
		const axis = axisOf(attrs.axis, x);
		const { start } = attrs;
		const size = attrs.size === -1 ? x[axis] - start : attrs.size;
		if (
			!Number.isInteger(start) ||
			!Number.isInteger(size) ||
			start < 0 ||
			size < 1 ||
			start + size > x[axis]
		) {
			invalid(
				`start ${start} and size ${attrs.size} do not lie in axis ${axis}, which has extent ${x[axis]}`,
			);
		}
		if (attrs.keepDims) return x.map((d, i) => (i === axis ? size : d));
		if (size !== 1) invalid(`keepDims false needs size 1, not ${size}`);
		return x.filter((_, i) => i !== axis);
	},
	reference({ x }, attrs, y) {
		const [outer, inner] = around(x.shape, attrs.axis);
		const extent = x.data.length / (outer * inner);
		const size = y.data.length / (outer * inner);
		let at = 0;
		for (let o = 0; o < outer; o++)
			for (let k = attrs.start; k < attrs.start + size; k++)
				for (let i = 0; i < inner; i++)
					y.data[at++] = x.data[(o * extent + k) * inner + i];
	},
	launch({ shapes: { x }, y, attrs }) {
		const [outer, inner] = around(x, attrs.axis);
		const n = sizeOf(y);
		return launchWindow(
			{
				x: [1, sizeOf(x) / outer],
				y: [1, n / outer],
				top: 0,
				left: -attrs.start * inner,
			},
			n,
			0,
		);
	},
	grad: {
		x: ({ inputs: { x }, dy, attrs: { axis, start } }) =>
			embed(dy, { shape: x.shape, axis: axisOf(axis, x.shape), start }),
	},
});

/** Zeros of `shape` with x at `start` along an axis: the gradient of `slice`; f32. */
export const embed: Op<["x"], EmbedAttrs> = /* @__PURE__ */ defineOp({
	name: "embed",
	inputs: ["x"],
	defaults: { shape: [], axis: -1, start: 0 } as EmbedAttrs,
	shape({ x }, { shape, axis, start }) {
		isShape("shape", shape);
		const at = axisOf(axis, shape);
		const size = sizeIn(x, shape, at);
		const fits = shape.map((d, i) => (i === at ? size : d));
		const dropped = fits.filter((_, i) => i !== at);
		if (!sameShape(x, x.length === shape.length ? fits : dropped)) {
			invalid(
				`x ${formatShape(x)} is no slice of ${formatShape(shape)} along axis ${at}`,
			);
		}
		if (!Number.isInteger(start) || start < 0 || start + size > shape[at]) {
			invalid(
				`start ${start} and size ${size} do not lie in axis ${at}, which has extent ${shape[at]}`,
			);
		}
		return shape;
	},
	reference({ x }, { axis, start }, y) {
		const [, inner] = around(y.shape, axis);
		const extent = y.shape[axisOf(axis, y.shape)];
		const size = sizeIn(x.shape, y.shape, axisOf(axis, y.shape));
		y.data.fill(0);
		x.data.forEach((v, i) => {
			const o = Math.floor(i / (size * inner));
			y.data[o * extent * inner + start * inner + (i % (size * inner))] = v;
		});
	},
	launch({ shapes: { x }, y, attrs }) {
		const [outer, inner] = around(y, attrs.axis);
		const n = sizeOf(y);
		return launchWindow(
			{
				x: [1, sizeOf(x) / outer],
				y: [1, n / outer],
				top: 0,
				left: attrs.start * inner,
			},
			n,
			0,
		);
	},
	grad: {
		x: ({ inputs: { x }, dy, attrs: { shape, axis, start } }) =>
			slice(dy, {
				axis,
				start,
				size: sizeIn(x.shape, shape, axisOf(axis, shape)),
				keepDims: x.shape.length === shape.length,
			}),
	},
});

/** Numbers of elements before and behind an axis. */
function around(shape: Shape, axis: number): [outer: number, inner: number] {
	const at = axisOf(axis, shape);
	return [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at + 1))];
}

/** Extent of a slice along the axis; 1 where the slice dropped it. */
function sizeIn(x: Shape, shape: Shape, axis: number): number {
	return x.length === shape.length ? x[axis] : 1;
}
