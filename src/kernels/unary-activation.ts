import { invalid } from "../engine/errors.ts";
import { defineOp, type Op } from "../engine/op.ts";
import type { Tensor } from "../engine/tensor.ts";
import { constant } from "./constant.ts";
import { add, mul, type NoAttrs, sub } from "./elementwise.ts";
import { scale } from "./scale.ts";
import { erfOf, exp } from "./unary.ts";
import { unary, unaryInputGrad } from "./unary-op.ts";

/** Attributes of `gelu`. */
export interface GeluAttrs {
	/** "none": by the normal distribution function; "tanh": by its approximation (names of PyTorch). */
	readonly approximate: "none" | "tanh";
}

type UnaryOp = Op<["x"], NoAttrs>;
type InputGrad = Op<["x", "dy"], NoAttrs>;

/** 1 / (1 + exp(-x)). */
export const sigmoid: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "sigmoid", defaults: {}, code: () => ["sigmoid"] },
		sigmoidOf,
		({ y, dy }) => sigmoidInputGrad(y, dy),
	),
);

/** Gradient of `sigmoid`; x is its output. */
export const sigmoidInputGrad: InputGrad = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unaryInputGrad(
		{
			name: "sigmoidInputGrad",
			defaults: {},
			code: () => ["sigmoidInputGrad"],
		},
		(s, d) => d * s * (1 - s),
		(x, dy) => sigmoidInputGrad(x, dy),
		(s) => oneMinus(scale(s, { by: 2 })),
	),
);

/** Hyperbolic tangent. */
export const tanh: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "tanh", defaults: {}, code: () => ["tanh"] },
		Math.tanh,
		({ y, dy }) => tanhInputGrad(y, dy),
	),
);

/** Gradient of `tanh`; x is its output. */
export const tanhInputGrad: InputGrad = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unaryInputGrad(
		{ name: "tanhInputGrad", defaults: {}, code: () => ["tanhInputGrad"] },
		(t, d) => d * (1 - t * t),
		(x, dy) => tanhInputGrad(x, dy),
		(t) => scale(t, { by: -2 }),
	),
);

/** x * sigmoid(x), also called swish; NaN at -Infinity (PyTorch). */
export const silu: UnaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "silu", defaults: {}, code: () => ["silu"] },
		(v) => v * sigmoidOf(v),
		({ inputs: { x }, dy }) => siluInputGrad(x, dy),
	),
);

/** Gradient of `silu` at its input x. */
export const siluInputGrad: InputGrad = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unaryInputGrad(
		{ name: "siluInputGrad", defaults: {}, code: () => ["siluInputGrad"] },
		(v, d) => d * sigmoidOf(v) * (1 + v * (1 - sigmoidOf(v))),
		(x, dy) => siluInputGrad(x, dy),
		(x) => {
			// s (1 - s) (2 + x (1 - 2 s))
			const s = sigmoid(x);
			const bend = mul(x, oneMinus(scale(s, { by: 2 })));
			return mul(mul(s, oneMinus(s)), add(constant(x, 2), bend));
		},
	),
);

/** x times the standard normal distribution function at x; NaN at -Infinity (PyTorch). */
export const gelu: Op<["x"], GeluAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary<GeluAttrs>(
		{
			name: "gelu",
			defaults: { approximate: "none" },
			check: checkApproximate,
			code: ({ approximate }) => [approximate === "tanh" ? "geluTanh" : "gelu"],
		},
		(v, attrs) => v * normalShare(v, attrs),
		({ inputs: { x }, dy, attrs }) => geluInputGrad(x, dy, attrs),
	),
);

/** Gradient of `gelu` at its input x. */
export const geluInputGrad: Op<["x", "dy"], GeluAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ unaryInputGrad<GeluAttrs>(
			{
				name: "geluInputGrad",
				defaults: { approximate: "none" },
				check: checkApproximate,
				code: ({ approximate }) => [
					approximate === "tanh" ? "geluTanhInputGrad" : "geluInputGrad",
				],
			},
			(v, d, attrs) => {
				const density =
					attrs.approximate === "tanh"
						? (0.5 * INNER * (1 + 3 * CUBIC * v * v)) /
							Math.cosh(INNER * (v + CUBIC * v ** 3)) ** 2
						: Math.exp(-0.5 * v * v) / Math.sqrt(2 * Math.PI);
				return d * (normalShare(v, attrs) + v * density);
			},
			(x, dy, attrs) => geluInputGrad(x, dy, attrs),
			(x, { approximate }) =>
				approximate === "tanh" ? geluTanhSecond(x) : geluSecond(x),
		),
	);

/** Constants of gelu's approximation 0.5 (1 + tanh(INNER (x + CUBIC x^3))) (Hendrycks and Gimpel, 2016). */
const INNER = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

function checkApproximate({ approximate }: GeluAttrs): void {
	if (approximate !== "none" && approximate !== "tanh") {
		invalid(`approximate ${approximate} must be "none" or "tanh"`);
	}
}

/** The normal distribution function at v, or its approximation. */
function normalShare(v: number, { approximate }: GeluAttrs): number {
	return approximate === "tanh"
		? 0.5 * (1 + Math.tanh(INNER * (v + CUBIC * v ** 3)))
		: 0.5 * (1 + erfOf(v / Math.SQRT2));
}

/** (2 - x^2) exp(-x^2 / 2) / sqrt(2 pi) */
function geluSecond(x: Tensor): Tensor {
	const square = mul(x, x);
	const bell = exp(scale(square, { by: -0.5 }));
	return mul(scale(bell, { by: INNER / 2 }), sub(constant(x, 2), square));
}

/** (1 - t^2) (u' + x / 2 (u'' - 2 t u'^2)) for t = tanh(u) */
function geluTanhSecond(x: Tensor): Tensor {
	const square = mul(x, x);
	const inner = constant(x, INNER);
	const u = mul(x, add(scale(square, { by: INNER * CUBIC }), inner));
	const du = add(scale(square, { by: 3 * INNER * CUBIC }), inner);
	const t = tanh(u);
	const bend = sub(scale(x, { by: 3 * INNER * CUBIC }), mul(t, mul(du, du)));
	return mul(oneMinus(mul(t, t)), add(du, mul(x, bend)));
}

function sigmoidOf(v: number): number {
	return 1 / (1 + Math.exp(-v));
}

function oneMinus(x: Tensor): Tensor {
	return sub(constant(x, 1), x);
}
