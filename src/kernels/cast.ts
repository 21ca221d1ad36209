import { invalid } from "../engine/errors.ts";
import { elementwise } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { scaleKernels } from "./scale.ts";

/** Attributes of `cast`. */
export interface CastAttrs {
	/** How the result is stored. */
	readonly to: "f32" | "f16";
}

/**
 * The same values stored as f32 or f16 (rounded to nearest). Ops whose float
 * inputs are all f16 store their result as f16; arithmetic is f32 throughout.
 * f16 needs the adapter feature shader-f16.
 */
export const cast: Op<["x"], CastAttrs> = /* @__PURE__ */ defineOp({
	name: "cast",
	inputs: ["x"],
	defaults: { to: "f32" } as CastAttrs,
	dtype: ({ to }) => to,
	shape({ x }, { to }) {
		if (to !== "f32" && to !== "f16")
			invalid(`to is ${to}; it must be f32 or f16`);
		return x;
	},
	reference({ x }, _, y) {
		y.data.set(x.data);
	},
	launch: ({ y }) => elementwise(scaleKernels, sizeOf(y), { by: 1 }),
	grad: {
		x: ({ inputs, dy }) =>
			cast(dy, { to: inputs.x.dtype === "f16" ? "f16" : "f32" }),
	},
});
