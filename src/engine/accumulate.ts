import accumulateKernel from "./accumulate.wgsl";
import { ShapeError } from "./errors.ts";
import { ceilDiv, linearGrid, single } from "./kernel.ts";
import { defineOp, type Op } from "./op.ts";
import { formatShape, sameShape, sizeOf } from "./shape.ts";

/** Elements one workgroup covers: 64 invocations, 8 elements each. */
const BLOCK = 512;

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
	launch: ({ y }) => [
		single({
			kernel: accumulateKernel,
			params: { n: sizeOf(y) },
			grid: linearGrid(ceilDiv(sizeOf(y), BLOCK)),
		}),
	],
	grad: { a: ({ dy }) => dy, b: ({ dy }) => dy },
});
