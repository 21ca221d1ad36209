import { type Fault, fault, GRADIENTS, KERNELS, rule } from "./fault.ts";

/** Faults in gradient rules and references, in float64. */
export const ruleFaults: readonly Fault[] = [
	rule("conv2d", "axes: [0, 1, 2]", "axes: [0, 1]", "conv2d"),
	rule("concat", "start: a.shape[axis]", "start: 0", "concat"),
	rule(
		"upsample",
		"upsampleNearestInputGrad(dy, attrs)",
		"upsampleBilinearInputGrad(dy, attrs)",
		"upsampleNearest",
	),
	rule(
		"window",
		"crop(dy, { padding })",
		"crop(dy, { padding: [padding[2], padding[3], padding[0], padding[1]] })",
		"pad",
	),
	rule(
		"gather",
		"gather(dy, indices, { fill: 0 })",
		"gather(dy, indices, { fill: 1 })",
		"gatherInputGrad",
	),
	rule("elementwise", "mul(dy, div(y, b))", "mul(dy, y)", "div"),
	rule(
		"transpose",
		"axes: axes.map((_, axis) => axes.indexOf(axis))",
		"axes",
		"transpose",
	),
	rule(
		"where",
		"where(condition, constant(b, 0), dy)",
		"where(condition, dy, constant(b, 0))",
		"where",
	),
	rule(
		"dropout",
		"dropout(dy, attrs)",
		"dropout(dy, { ...attrs, step: attrs.step + 1 })",
		"dropout",
	),
	rule(
		"moments",
		"momentsInputGrad(x, y, dy)",
		"momentsInputGrad(x, dy, dy)",
		"moments",
	),
	rule(
		"elementwise",
		"sumTo(dy, inputs.b.shape), { by: -1 }",
		"sumTo(dy, inputs.b.shape), { by: 1 }",
		"sub",
	),
	rule(
		"softmax",
		"sub(dy, mul(softmax(inputs.x, attrs), total(dy, attrs)))",
		"sub(dy, softmax(inputs.x, attrs))",
		"logSoftmax",
	),
	// Second derivatives.
	fault(
		"src/kernels/unary-op.ts",
		"mul(mul(dy, factor), second(x, attrs))",
		"mul(dy, second(x, attrs))",
		...GRADIENTS,
	),
	fault(
		"src/kernels/extreme.ts",
		"sum(mul(dy, here), { axes: [-1] })",
		"sum(dy, { axes: [-1] })",
		"test/second-derivatives.test.ts",
	),
	fault(
		"src/kernels/rsqrt.ts",
		"mul(y, mul(y, y))",
		"mul(y, y)",
		"test/second-derivatives.test.ts",
	),
	// Functions made of ops.
	fault(
		"src/kernels/variance.ts",
		"1 / (count - correction)",
		"1 / count",
		"test/norms.test.ts",
	),
	fault(
		"src/kernels/norms.ts",
		"shape }), [1, 3], epsilon",
		"shape }), [3], epsilon",
		"test/norms.test.ts",
	),
	fault(
		"src/kernels/cross-entropy-loss.ts",
		"const share = reshape(labels, { shape });",
		"const share = constant(x, 0.5);",
		"test/unet/losses.test.ts",
	),
	// References: the two proofs must disagree with them.
	{
		file: "src/kernels/conv2d-reference.ts",
		from: "ix >= g.width",
		to: "ix >= g.width - 1",
		tests: KERNELS,
		only: "conv2d ",
	},
	{
		file: "src/kernels/conv2d-reference.ts",
		from: "dx[xAt + c] +=",
		to: "dx[xAt + c] -=",
		tests: GRADIENTS,
		only: "conv2d",
	},
];
