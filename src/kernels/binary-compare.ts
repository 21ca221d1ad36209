import { defineOp, type OpSpec } from "../engine/op.ts";
import type { Tensor } from "../engine/tensor.ts";
import { constant, zerosLike } from "./constant.ts";
import { type BinaryOp, binary, type NoAttrs } from "./elementwise.ts";
import { sumTo } from "./reduce.ts";
import { scale } from "./scale.ts";
import { where } from "./where.ts";

type Spec = OpSpec<["a", "b"], NoAttrs>;

/** 1 where a == b, else 0, with NumPy broadcasting; the gradient of a comparison is 0. */
export const equal: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ comparison("equal", (u, v) => u === v),
);

/** 1 where a != b, also where one is NaN, else 0, with NumPy broadcasting. */
export const notEqual: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ comparison("notEqual", (u, v) => u !== v),
);

/** 1 where a < b, else 0, with NumPy broadcasting. */
export const less: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ comparison("less", (u, v) => u < v),
);

/** 1 where a <= b, else 0, with NumPy broadcasting. */
export const lessEqual: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ comparison("lessEqual", (u, v) => u <= v),
);

/** 1 where a > b, else 0, with NumPy broadcasting. */
export const greater: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ comparison("greater", (u, v) => u > v),
);

/** 1 where a >= b, else 0, with NumPy broadcasting. */
export const greaterEqual: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ comparison("greaterEqual", (u, v) => u >= v),
);

/** The smaller of a and b, NaN if one is NaN, with NumPy broadcasting. At a tie each gets half the gradient (PyTorch, JAX). */
export const minimum: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ extreme("minimum", Math.min, (a, b) => greater(a, b)),
);

/** The larger of a and b, NaN if one is NaN, with NumPy broadcasting. At a tie each gets half the gradient (PyTorch, JAX). */
export const maximum: BinaryOp = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ extreme("maximum", Math.max, (a, b) => less(a, b)),
);

function comparison(
	name: "equal" | "notEqual" | `less${"" | "Equal"}` | `greater${"" | "Equal"}`,
	test: (u: number, v: number) => boolean,
): Spec {
	// A zero gradient instead of none: `where(less(a, b), a, b)` is differentiable.
	return binary(name, (u, v) => Number(test(u, v)), {
		a: ({ inputs: { a } }) => zerosLike(a),
		b: ({ inputs: { b } }) => zerosLike(b),
	});
}

function extreme(
	name: "minimum" | "maximum",
	combine: (u: number, v: number) => number,
	loses: (t: Tensor, other: Tensor) => Tensor,
): Spec {
	const share = (t: Tensor, other: Tensor, dy: Tensor) => {
		const tied = where(equal(t, other), scale(dy, { by: 0.5 }), dy);
		return sumTo(where(loses(t, other), constant(t, 0), tied), t.shape);
	};
	return binary(name, combine, {
		a: ({ inputs: { a, b }, dy }) => share(a, b, dy),
		b: ({ inputs: { a, b }, dy }) => share(b, a, dy),
	});
}
