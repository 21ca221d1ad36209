import { invalid } from "../engine/errors.ts";
import type { NdArray } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { axisOf } from "./attributes.ts";

/** Attributes of ops that work along one axis. */
export interface AxisAttrs {
	/** The axis; default -1, the last. */
	readonly axis: number;
}

/** A tensor seen as [outer, extent, inner] around an axis. */
export interface AxisView {
	readonly outer: number;
	readonly extent: number;
	readonly inner: number;
}

/** Shape x around an axis. Rejects a scalar and an axis that x lacks. */
export function axisView(x: Shape, { axis }: AxisAttrs): AxisView {
	if (!x.length) invalid("x is a scalar but must be [..., K]");
	const at = axisOf(axis, x);
	return {
		outer: sizeOf(x.slice(0, at)),
		extent: x[at],
		inner: sizeOf(x.slice(at + 1)),
	};
}

/** For references: calls `visit` with the values along the axis and with where each stands, for every line in order. */
export function eachLine(
	x: NdArray,
	attrs: AxisAttrs,
	visit: (values: number[], places: number[], line: number) => void,
): void {
	const { outer, extent, inner } = axisView(x.shape, attrs);
	for (let line = 0; line < outer * inner; line++) {
		const first = Math.floor(line / inner) * extent * inner + (line % inner);
		const places = Array.from({ length: extent }, (_, k) => first + k * inner);
		visit(
			places.map((p) => x.data[p]),
			places,
			line,
		);
	}
}

/** Place of the first largest value; NaN counts as largest (NumPy). */
export function firstLargest(values: readonly number[]): number {
	const nan = values.findIndex(Number.isNaN);
	return nan < 0 ? values.indexOf(largestOf(values)) : nan;
}

/** The largest value, or NaN where there is one; of any number of values. */
export function largestOf(values: readonly number[]): number {
	return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
