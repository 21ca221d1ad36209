import { invalid } from "../engine/errors.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { finite } from "./attributes.ts";
import { equal, greaterEqual } from "./binary-compare.ts";
import { broadcastShape, broadcastValues, launchBinary } from "./broadcast.ts";
import { constant, zerosLike } from "./constant.ts";
import { mul, sub } from "./elementwise.ts";
import { sumTo } from "./reduce.ts";
import { scale } from "./scale.ts";
import { log } from "./unary.ts";
import { launchUnary } from "./unary-op.ts";
import { where } from "./where.ts";

/** Attributes of `pow`. */
export interface PowAttrs {
	/** A number to raise to, in place of b. */
	readonly exponent: number | undefined;
}

/**
 * a to the power b with NumPy broadcasting, or to the power of a number:
 * `pow(a, b)`, `pow(a, { exponent: 3 })`. Special values as IEEE 754 pow.
 * Gradients at a = 0 or b = 0 as PyTorch: a's is 0 where b is 0, b's is 0 where a is 0 and b >= 0.
 */
export const pow: Op<["a", "b?"], PowAttrs> = /* @__PURE__ */ defineOp({
	name: "pow",
	inputs: ["a", "b?"],
	defaults: { exponent: undefined } as PowAttrs,
	shape({ a, b }, { exponent }) {
		if ((b === undefined) === (exponent === undefined)) {
			invalid("give either b or the attribute exponent");
		}
		if (exponent !== undefined) finite("exponent", exponent);
		return b ? broadcastShape(a, b) : a;
	},
	reference({ a, b }, { exponent }, y) {
		const base = broadcastValues(a, y.shape);
		const to = b && broadcastValues(b, y.shape);
		base.forEach((u, i) => {
			y.data[i] = power(u, to ? to[i] : Number(exponent));
		});
	},
	launch: ({ shapes: { a, b }, y, attrs: { exponent } }) =>
		b
			? launchBinary("pow", y, a, b)
			: launchUnary(["power", exponent], y, { x: "a", dy: "a" }),
	grad: {
		a({ inputs: { a, b }, dy, attrs: { exponent } }) {
			if (exponent === 0) return zerosLike(a);
			if (exponent !== undefined) {
				const lower = pow(a, { exponent: exponent - 1 });
				return scale(mul(dy, lower), { by: exponent });
			}
			const e = b as NonNullable<typeof b>;
			const slope = mul(e, pow(a, sub(e, constant(e, 1))));
			const zero = constant(e, 0);
			return sumTo(where(equal(e, zero), zero, mul(dy, slope)), a.shape);
		},
		b({ inputs: { a, b }, y, dy }) {
			const e = b as NonNullable<typeof b>;
			const zero = constant(e, 0);
			const flat = mul(equal(a, zero), greaterEqual(e, zero));
			const rate = log(where(flat, constant(e, 1), a));
			return sumTo(mul(dy, mul(y, rate)), e.shape);
		},
	},
});

/** Math.pow, but as IEEE 754 says for the bases 1 and -1. */
function power(u: number, v: number): number {
	if (u === 1 || (u === -1 && Math.abs(v) === Number.POSITIVE_INFINITY)) {
		return 1;
	}
	return u ** v;
}
