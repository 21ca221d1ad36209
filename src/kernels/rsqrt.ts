import { elementwise } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { notNegative } from "./attributes.ts";
import { mul } from "./elementwise.ts";
import { fours } from "./fours.ts";
import rsqrtKernel from "./rsqrt.wgsl";
import { scale } from "./scale.ts";

/** Attributes of `rsqrt`. */
export interface RsqrtAttrs {
	/** Added to x; default 0. */
	readonly epsilon: number;
}

const kernels = /* @__PURE__ */ fours(rsqrtKernel);

/** 1 / sqrt(x + epsilon), the factor that makes a variance x one; f32. NaN where x + epsilon is below 0. */
export const rsqrt: Op<["x"], RsqrtAttrs> = /* @__PURE__ */ defineOp({
	name: "rsqrt",
	inputs: ["x"],
	defaults: { epsilon: 0 },
	shape({ x }, { epsilon }) {
		notNegative("epsilon", epsilon);
		return x;
	},
	reference({ x }, { epsilon }, y) {
		x.data.forEach((v, i) => {
			y.data[i] = 1 / Math.sqrt(v + epsilon);
		});
	},
	launch: ({ y, attrs: { epsilon } }) =>
		elementwise(kernels, sizeOf(y), { epsilon }),
	grad: {
		x: ({ y, dy }) => scale(mul(dy, mul(y, mul(y, y))), { by: -0.5 }),
	},
});
