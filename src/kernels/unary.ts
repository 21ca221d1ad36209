import { defineOp, type Op } from "../engine/op.ts";
import type { Tensor } from "../engine/tensor.ts";
import { zerosLike } from "./constant.ts";
import { div, mul, type NoAttrs } from "./elementwise.ts";
import { scale } from "./scale.ts";
import { unary } from "./unary-op.ts";

type UnaryOp = Op<["x"], NoAttrs>;

/** e to the power x; f32. */
export const exp: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "exp", defaults: {}, code: () => ["exp"] },
		Math.exp,
		({ y, dy }) => mul(dy, y),
	),
);

/** Natural logarithm; NaN below 0, -Infinity at 0. */
export const log: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "log", defaults: {}, code: () => ["log"] },
		Math.log,
		({ inputs: { x }, dy }) => div(dy, x),
	),
);

/** Square root; NaN below 0. Its gradient at 0 is infinite (PyTorch, TensorFlow). */
export const sqrt: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "sqrt", defaults: {}, code: () => ["sqrt"] },
		Math.sqrt,
		({ y, dy }) => div(scale(dy, { by: 0.5 }), y),
	),
);

/** |x|. Its gradient at 0 is 0 (PyTorch, TensorFlow). */
export const abs: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "abs", defaults: {}, code: () => ["abs"] },
		Math.abs,
		({ inputs: { x }, dy }) => mul(dy, sign(x)),
	),
);

/** -1, 0 or 1; NaN stays NaN (NumPy). Its gradient is 0. */
export const sign: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "sign", defaults: {}, code: () => ["sign"] },
		Math.sign,
		({ inputs: { x } }) => zerosLike(x),
	),
);

/** The error function 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; on WebGPU within 1e-7 plus the rounding of the adapter's exp. */
export const erf: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "erf", defaults: {}, code: () => ["erf"] },
		erfOf,
		({ inputs: { x }, dy }) =>
			scale(mul(dy, exp(neg(mul(x, x)))), { by: 2 / Math.sqrt(Math.PI) }),
	),
);

/** -x. */
export function neg(x: Tensor): Tensor {
	return scale(x, { by: -1 });
}

/** erf in float64, by a series of positive terms (Abramowitz and Stegun 7.1.6), so that nothing cancels. */
export function erfOf(x: number): number {
	if (Math.abs(x) > 6) return Math.sign(x);
	let term = x;
	let total = x;
	for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
		term *= (2 * x * x) / (2 * n + 1);
		total += term;
	}
	return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}
