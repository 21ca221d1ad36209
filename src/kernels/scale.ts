import { elementwise } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { finite } from "./attributes.ts";
import { fours } from "./fours.ts";
import scaleKernel from "./scale.wgsl";

const kernels = /* @__PURE__ */ fours(scaleKernel);

/** `by * x` for a number `by`; f32. The number is a parameter, so changing it compiles nothing. */
export const scale: Op<["x"], { readonly by: number }> =
	/* @__PURE__ */ defineOp({
		name: "scale",
		inputs: ["x"],
		defaults: { by: 1 },
		shape({ x }, { by }) {
			finite("by", by);
			return x;
		},
		reference({ x }, { by }, y) {
			x.data.forEach((v, i) => {
				y.data[i] = by * v;
			});
		},
		launch: ({ y, attrs }) => elementwise(kernels, sizeOf(y), { by: attrs.by }),
		grad: { x: ({ dy, attrs }) => scale(dy, attrs) },
	});
