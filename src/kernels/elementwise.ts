import { launchSum } from "../engine/accumulate.ts";
import { defineOp, type Op, type OpSpec } from "../engine/op.ts";
import { sameShape, sizeOf } from "../engine/shape.ts";
import {
	type BinaryKind,
	broadcastShape,
	broadcastValues,
	launchBinary,
} from "./broadcast.ts";
import { sumTo } from "./reduce.ts";
import { scale } from "./scale.ts";

/** Attributes of an op that has none. */
export type NoAttrs = Record<never, never>;

/** An elementwise op of two inputs that broadcast. */
export type BinaryOp = Op<["a", "b"], NoAttrs>;

/** `a + b` with NumPy broadcasting; f32. */
export const add: BinaryOp = /* @__PURE__ */ defineOp({
	.../* @__PURE__ */ binary("add", (u, v) => u + v, {
		a: ({ inputs, dy }) => sumTo(dy, inputs.a.shape),
		b: ({ inputs, dy }) => sumTo(dy, inputs.b.shape),
	}),
	epilogueOf: ["a", "b"],
	takesEpilogue: true,
	launch({ shapes: { a, b }, y }) {
		// Without the extents of 1 that it may begin with.
		const row = b.slice(b.findIndex((d) => d !== 1));
		const repeats =
			sizeOf(a) === sizeOf(y) && sameShape(row, y.slice(-row.length));
		return [
			...(repeats ? launchSum(sizeOf(y), sizeOf(row)) : []),
			...launchBinary("add", y, a, b),
		];
	},
});

/** `a - b` with NumPy broadcasting; f32. */
export const sub: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ binary("sub", (u, v) => u - v, {
		a: ({ inputs, dy }) => sumTo(dy, inputs.a.shape),
		b: ({ inputs, dy }) => scale(sumTo(dy, inputs.b.shape), { by: -1 }),
	}),
);

/** `a * b` with NumPy broadcasting; f32. */
export const mul: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ binary("mul", (u, v) => u * v, {
		a: ({ inputs: { a, b }, dy }) => sumTo(mul(dy, b), a.shape),
		b: ({ inputs: { a, b }, dy }) => sumTo(mul(dy, a), b.shape),
	}),
);

/** `a / b` with NumPy broadcasting; f32. */
export const div: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ binary("div", (u, v) => u / v, {
		a: ({ inputs: { a, b }, dy }) => sumTo(div(dy, b), a.shape),
		b: ({ inputs: { b }, y, dy }) =>
			scale(sumTo(mul(dy, div(y, b)), b.shape), { by: -1 }),
	}),
);

/** The spec of an elementwise op of two inputs that broadcast. */
export function binary(
	name: BinaryKind,
	combine: (u: number, v: number) => number,
	grad: NonNullable<OpSpec<["a", "b"], NoAttrs>["grad"]>,
): OpSpec<["a", "b"], NoAttrs> {
	return {
		name,
		inputs: ["a", "b"],
		defaults: {},
		shape: ({ a, b }) => broadcastShape(a, b),
		reference({ a, b }, _, y) {
			const left = broadcastValues(a, y.shape);
			const right = broadcastValues(b, y.shape);
			y.data.set(left.map((u, i) => combine(u, right[i])));
		},
		launch: ({ shapes, y }) => launchBinary(name, y, shapes.a, shapes.b),
		grad,
	};
}
