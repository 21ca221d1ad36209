import { invalid } from "../engine/errors.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { notNegative } from "./attributes.ts";
import { lessEqual } from "./binary-compare.ts";
import { constant } from "./constant.ts";
import type { NoAttrs } from "./elementwise.ts";
import { scale } from "./scale.ts";
import { abs } from "./unary.ts";
import { unary, unaryInputGrad } from "./unary-op.ts";

/** Attributes of `clamp`. */
export interface ClampAttrs {
	/** Default -Infinity. */
	readonly min: number;
	/** Default Infinity; at least `min`. */
	readonly max: number;
}

/** Attributes of `elu`. */
export interface EluAttrs {
	/** The output approaches -alpha; at least 0, default 1 (PyTorch, Keras). */
	readonly alpha: number;
}

const unbounded: ClampAttrs = {
	min: Number.NEGATIVE_INFINITY,
	max: Number.POSITIVE_INFINITY,
};

/** x limited to min..max. Its gradient at the limits is 1 (PyTorch). */
export const clamp: Op<["x"], ClampAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary<ClampAttrs>(
		{
			name: "clamp",
			defaults: unbounded,
			check: checkLimits,
			code: ({ min, max }) => ["clamp", min, max],
		},
		(v, { min, max }) => Math.min(Math.max(v, min), max),
		({ inputs: { x }, dy, attrs }) => clampInputGrad(x, dy, attrs),
	),
);

/** Gradient of `clamp` at its input x. */
export const clampInputGrad: Op<["x", "dy"], ClampAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ unaryInputGrad<ClampAttrs>(
			{
				name: "clampInputGrad",
				defaults: unbounded,
				check: checkLimits,
				code: ({ min, max }) => ["clampInputGrad", min, max],
			},
			(v, d, { min, max }) => (v >= min && v <= max ? d : 0),
			(x, dy, attrs) => clampInputGrad(x, dy, attrs),
		),
	);

/** x limited to 0..6. Its gradient at 0 and at 6 is 0 (PyTorch, TensorFlow). */
export const relu6: Op<["x"], NoAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "relu6", defaults: {}, code: () => ["clamp", 0, 6] },
		(v) => Math.min(Math.max(v, 0), 6),
		({ y, dy }) => relu6InputGrad(y, dy),
	),
);

/** Gradient of `relu6`; x is its input or its output. */
export const relu6InputGrad: Op<["x", "dy"], NoAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ unaryInputGrad(
			{
				name: "relu6InputGrad",
				defaults: {},
				code: () => ["relu6InputGrad", 0, 6],
			},
			(v, d) => (v > 0 && v < 6 ? d : 0),
			(x, dy) => relu6InputGrad(x, dy),
		),
	);

/** x where x > 0, else alpha (exp(x) - 1). Its gradient at 0 is alpha (PyTorch). */
export const elu: Op<["x"], EluAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary<EluAttrs>(
		{
			name: "elu",
			defaults: { alpha: 1 },
			check: checkAlpha,
			code: ({ alpha }) => ["elu", alpha],
		},
		(v, { alpha }) => (v > 0 ? v : alpha * Math.expm1(v)),
		({ y, dy, attrs }) => eluInputGrad(y, dy, attrs),
	),
);

/** Gradient of `elu`; x is its output. */
export const eluInputGrad: Op<["x", "dy"], EluAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unaryInputGrad<EluAttrs>(
		{
			name: "eluInputGrad",
			defaults: { alpha: 1 },
			check: checkAlpha,
			code: ({ alpha }) => ["eluInputGrad", alpha],
		},
		(v, d, { alpha }) => (v > 0 ? d : d * (v + alpha)),
		(x, dy, attrs) => eluInputGrad(x, dy, attrs),
		(x) => lessEqual(x, constant(x, 0)),
	),
);

/** x * clamp(x + 3, 0, 6) / 6. Its gradient is -0.5 at -3 and 1.5 at 3 (PyTorch 1). */
export const hardSwish: Op<["x"], NoAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ unary(
		{ name: "hardSwish", defaults: {}, code: () => ["hardSwish"] },
		(v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6,
		({ inputs: { x }, dy }) => hardSwishInputGrad(x, dy),
	),
);

/** Gradient of `hardSwish` at its input x. */
export const hardSwishInputGrad: Op<["x", "dy"], NoAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ unaryInputGrad(
			{
				name: "hardSwishInputGrad",
				defaults: {},
				code: () => ["hardSwishInputGrad"],
			},
			(v, d) => (v < -3 ? 0 : v <= 3 ? d * (v / 3 + 0.5) : d),
			(x, dy) => hardSwishInputGrad(x, dy),
			(x) => scale(lessEqual(abs(x), constant(x, 3)), { by: 1 / 3 }),
		),
	);

function checkLimits({ min, max }: ClampAttrs): void {
	if (!(min <= max)) invalid(`min ${min} must be at most max ${max}`);
}

function checkAlpha({ alpha }: EluAttrs): void {
	notNegative("alpha", alpha);
}
