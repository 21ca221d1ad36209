import accumulateKernel from "./accumulate.wgsl";
import { ShapeError } from "./errors.ts";
import { elementwise, type Variant, vectorized } from "./kernel.ts";
import { defineOp, type Op } from "./op.ts";
import { formatShape, sameShape, sizeOf } from "./shape.ts";

const kernels = {
	scalar: accumulateKernel,
	vector: /* @__PURE__ */ vectorized(accumulateKernel),
};

/** y = a + b of n elements; b may have fewer, which are repeated. */
export function launchSum(n: number, row: number): Variant[] {
	const constants = { REPEATED: row < n ? 1 : 0 };
	const variants = (lanes: number) =>
		elementwise(kernels, n, { row: row / lanes }, constants);
	const scalar = variants(1).slice(-1);
	return row % 4 ? scalar : [variants(4)[0], ...scalar];
}

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
	epilogueOf: ["a", "b"],
	takesEpilogue: true,
	launch: ({ y }) => launchSum(sizeOf(y), sizeOf(y)),
	grad: { a: ({ dy }) => dy, b: ({ dy }) => dy },
});
