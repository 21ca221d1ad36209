import accumulateKernel from "./accumulate.wgsl";
import { ShapeError } from "./errors.ts";
import { elementwise, vectorized } from "./kernel.ts";
import { defineOp, type Op } from "./op.ts";
import { formatShape, sameShape, sizeOf } from "./shape.ts";

const kernels = {
	scalar: accumulateKernel,
	vector: /* @__PURE__ */ vectorized(accumulateKernel),
};

/** Sum of two gradients of the same tensor: the engine's own, since it knows no other op. */
export const accumulate: Op<
	["a", "b"],
	Record<never, never>
> = /* @__PURE__ */ defineOp({
	name: "accumulate",
	inputs: ["a", "b"],
	defaults: {},
	shape({ a, b }) {
		if (!sameShape(a, b)) {
			throw new ShapeError(
				`shapes ${formatShape(a)} and ${formatShape(b)} differ`,
			);
		}
		return a;
	},
	reference({ a, b }, _, y) {
		for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] + b.data[i];
	},
	launch: ({ y }) => elementwise(kernels, sizeOf(y), {}),
	grad: { a: ({ dy }) => dy, b: ({ dy }) => dy },
});
