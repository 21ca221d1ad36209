import { type Fault, fault } from "./fault.ts";

/** Faults in the tape, the arena, the pool, uniforms and storage. */
export const engineFaults: readonly Fault[] = [
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
	fault(
		"src/engine/kernel-text.ts",
		"count === 3 ? 16 : 4 * count",
		"4 * count",
		"test/wgsl.test.ts",
	),
	fault(
		"src/engine/kernel-text.ts",
		"Number(from) + k * step",
		"Number(from) + k",
		"test/wgsl.test.ts",
	),
	fault(
		"scripts/wgsl-compact.ts",
		"[-+*/%&|^=!<>]{2}",
		"[-+]{2}",
		"test/wgsl.test.ts",
	),
	fault(
		"scripts/wgsl-fold.ts",
		"/0|[1-9]\\d*/g",
		"/\\d+/g",
		"test/wgsl.test.ts",
	),
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
	fault("src/engine/stored.ts", "& 255", "& 127", "test/storage.test.ts"),
	fault(
		"src/engine/stored.ts",
		"const operator = assigned[1];",
		'const operator = "";',
		"test/stored.test.ts",
	),
	fault(
		"src/engine/half.ts",
		"rest === middle && (half & 1) === 1",
		"rest === middle",
		"test/storage.test.ts",
	),
	fault(
		"src/engine/half.ts",
		"if (exponent >= 31)",
		"if (exponent > 31)",
		"test/half.test.ts",
	),
	fault(
		"src/engine/tuned.ts",
		"choice?.kernels === fingerprint(variants)",
		"choice",
		"test/tuned.test.ts",
	),
	fault(
		"src/engine/tuned.ts",
		"used.set(key, choice);",
		"",
		"test/tuned.test.ts",
	),
	fault(
		"src/engine/tuned.ts",
		"device.parts.pool.trim();",
		"",
		"test/tuned.test.ts",
	),
	fault(
		"src/engine/tuned.ts",
		"for (const [key, choice] of found) choices.set(key, choice);",
		"",
		"test/tuned.test.ts",
	),
];
