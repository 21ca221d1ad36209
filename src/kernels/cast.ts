import { invalid } from "../engine/errors.ts";
import { elementwise } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import castKernel from "./cast.wgsl";
import { zerosLike } from "./constant.ts";
import { fours } from "./fours.ts";

const kernels = /* @__PURE__ */ fours(castKernel);

/** Attributes of `cast`. */
export interface CastAttrs {
	/** How the result is stored. */
	readonly to: "f32" | "f16" | "i32";
}

/** Where WGSL stops: the largest float32 below 2^31. */
const MOST = 2 ** 31 - 128;

/**
 * The same values in another element type; x of any type. To f16 they are
 * rounded to nearest (it needs the adapter feature shader-f16), to i32 floats
 * towards zero and into its range, and u32 keep their bits. Ops whose float inputs are all f16 store their
 * result as f16; arithmetic is f32 throughout. The gradient passes between
 * float types, and is 0 from and to integers.
 */
export const cast: Op<["x"], CastAttrs> = /* @__PURE__ */ defineOp({
	name: "cast",
	inputs: ["x"],
	dtypes: { x: "any" },
	defaults: { to: "f32" } as CastAttrs,
	dtype: ({ to }) => to,
	shape({ x }, { to }) {
		if (!["f32", "f16", "i32"].includes(to)) {
			invalid(`to is ${to}; it must be f32, f16 or i32`);
		}
		return x;
	},
	reference({ x }, { to }, y) {
		const clamp = to === "i32" && x.data instanceof Float64Array;
		x.data.forEach((v, i) => {
			y.data[i] = clamp ? Math.min(Math.max(v, -(2 ** 31)), MOST) : v;
		});
	},
	launch: ({ y }) => elementwise(kernels, sizeOf(y), {}),
	grad: {
		x({ inputs: { x }, dy, attrs: { to } }) {
			const floats = to !== "i32" && (x.dtype === "f32" || x.dtype === "f16");
			return floats ? cast(dy, { to: x.dtype as "f32" | "f16" }) : zerosLike(x);
		},
	},
});
