/** A planted fault: in `file`, the first `from` becomes `to`; `tests` with names matching `only` must then fail. */
export interface Fault {
	readonly file: string;
	readonly from: string;
	readonly to: string;
	readonly tests: readonly string[];
	readonly only?: string;
}

const KERNELS = ["test/kernels.test.ts"];
const GRADIENTS = ["test/gradients.test.ts"];

const kernel = (
	name: string,
	from: string,
	to: string,
	only: string,
): Fault => ({
	file: `src/kernels/${name}.wgsl`,
	from,
	to,
	tests: KERNELS,
	only,
});
const rule = (name: string, from: string, to: string, only: string): Fault => ({
	file: `src/kernels/${name}.ts`,
	from,
	to,
	tests: GRADIENTS,
	only,
});

/** Faults that the tests must notice, each a mistake that somebody could make. */
export const faults: readonly Fault[] = [
	// Kernels: signs, bounds, strides, tails, terms left out.
	kernel(
		"conv2d-tile",
		"* stride.y - pad.y;",
		"* stride.y + pad.y;",
		"conv2d ",
	),
	kernel(
		"conv2d-tile",
		"iy_q < vec4i(size.y)",
		"iy_q <= vec4i(size.y)",
		"conv2d ",
	),
	kernel("conv2d-tile", "lo0 = b[o];", "lo0 = vec4f();", "conv2d "),
	kernel(
		"conv2d-tile",
		"channels + 1 < params.o4",
		"channels < params.o4",
		"conv2d ",
	),
	kernel("conv2d-any", "ky * params.dilation.y", "ky", "conv2d "),
	kernel(
		"conv2d-any",
		"if (o + 2 < params.o)",
		"if (o + 3 < params.o)",
		"conv2d ",
	),
	kernel(
		"conv2d-input-grad-tile",
		"if (ty % stride.y != 0)",
		"if (ty % stride.x != 0)",
		"conv2dInputGrad",
	),
	kernel("conv2d-input-grad-tile", "left > 7", "left > 8", "conv2dInputGrad"),
	kernel(
		"conv2d-input-grad-any",
		"phase.x + params.pad.x",
		"phase.x",
		"conv2dInputGrad",
	),
	kernel(
		"conv2d-weight-grad-tile",
		"last / stride + 1",
		"last / stride",
		"conv2dWeightGrad",
	),
	kernel(
		"conv2d-weight-grad-tile",
		"at += params.stride.x * params.c4",
		"at += params.c4",
		"conv2dWeightGrad",
	),
	kernel(
		"conv2d-weight-grad-any",
		"vec4u(weights - 1)",
		"vec4u(weights)",
		"conv2dWeightGrad",
	),
	kernel(
		"winograd-input",
		"4.0 * a - 5.0 * c + e",
		"4.0 * a - 4.0 * c + e",
		"conv2d ",
	),
	kernel("winograd-output", "q + 8.0 * s + f", "q + 8.0 * s", "conv2d "),
	kernel("winograd-filter", "(8 - i)", "(i)", "conv2dInputGrad"),
	kernel(
		"winograd-output-grad",
		"a + 4.0 * c",
		"a + 2.0 * c",
		"conv2dWeightGrad",
	),
	kernel(
		"winograd-weight-finish",
		"(c - b) * (1.0 / 6.0)",
		"(b - c) * (1.0 / 6.0)",
		"conv2dWeightGrad",
	),
	kernel("matmul-tile", "(params.rows + 7) / 8", "params.rows / 8", "conv2d "),
	kernel(
		"matmul-outer-tile",
		"let begin = chunk * params.chunk_rows",
		"let begin = 0u",
		"conv2dWeightGrad",
	),
	kernel(
		"reduce",
		"at < end; at += step",
		"at + step < end; at += step",
		"sum ",
	),
	kernel("concat", "j - params.aRow", "j", "concat"),
	kernel(
		"window",
		"u32(i32(at.y) - params.top)",
		"u32(i32(at.y) + params.top)",
		"pad|crop",
	),
	kernel(
		"max-pool",
		"params.window - params.before",
		"params.window",
		"maxPool ",
	),
	kernel(
		"upsample-nearest",
		"at += line;",
		"at += params.c;",
		"upsampleNearest",
	),
	kernel("scale", "put(first + 384);", "", "scale"),
	{
		file: "src/kernels/activation-input-grad.wgsl",
		from: "v <= Element()",
		to: "v < Element()",
		tests: ["test/special-values.test.ts"],
	},
	kernel(
		"adam",
		"sqrt(square) * params.rootScale",
		"sqrt(square)",
		"adamUpdate",
	),
	// Gradient rules.
	rule("conv2d", "axes: [0, 1, 2]", "axes: [0, 1]", "conv2d"),
	rule("concat", "start: a.shape[axis]", "start: 0", "concat"),
	rule(
		"upsample",
		"upsampleNearestInputGrad(dy, attrs)",
		"upsampleNearestInputGrad(dy, { factor: 2 })",
		"upsampleNearest",
	),
	rule(
		"window",
		"crop(dy, { padding })",
		"crop(dy, { padding: [padding[2], padding[3], padding[0], padding[1]] })",
		"pad",
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
	// Engine: tape, arena, pool, uniforms.
	{
		file: "src/engine/grad.ts",
		from: "grads.set(t, accumulate(before, dx));",
		to: "grads.set(t, dx);",
		tests: ["test/tape.test.ts"],
	},
	{
		file: "src/engine/grad.ts",
		from: "if (!shared) discard(used);",
		to: "discard(used);",
		tests: ["test/tape.test.ts"],
	},
	{
		file: "src/engine/webgpu.ts",
		from: "// writeBuffer overtakes recorded commands, and those may still use this pooled buffer.\n\t\t\tsubmit();",
		to: "",
		tests: ["test/memory.test.ts"],
	},
	{
		file: "src/engine/webgpu.ts",
		from: "for (const buffer of scratch) pool.give(buffer);",
		to: "",
		tests: ["test/memory.test.ts"],
	},
	{
		file: "src/engine/uniforms.ts",
		from: "used + slots > SLOTS",
		to: "used + slots > SLOTS + 8",
		tests: ["test/memory.test.ts"],
	},
	{
		file: "src/engine/buffer-pool.ts",
		from: "live.set(buffer, users - 1);\n\t\t\t\treturn;",
		to: "",
		tests: ["test/alias.test.ts"],
	},
	{
		file: "src/engine/arena.ts",
		from: "if (kept.has(t) || isRecording()) keep(t);",
		to: "if (kept.has(t)) keep(t);",
		tests: ["test/tape.test.ts"],
	},
	// U-Net and data.
	{
		file: "src/unet/metrics.ts",
		from: "sum(column(confusion, k)) - row[k]",
		to: "sum(column(confusion, k))",
		tests: ["test/unet/metrics.test.ts"],
	},
	{
		file: "src/unet/training-step.ts",
		from: "updateMoments(model.state[name], batchMoments, { momentum });",
		to: "",
		tests: ["test/unet/train.test.ts"],
	},
	{
		file: "src/data/resize.ts",
		from: "(i + 0.5) * scale",
		to: "i * scale",
		tests: ["test/data"],
	},
	{
		file: "src/data/mask.ts",
		from: "?.includes(value)) return IGNORE;",
		to: "?.includes(value)) return value;",
		tests: ["test/data"],
	},
];
