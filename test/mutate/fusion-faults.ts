import type { Fault } from "./fault.ts";

/** On one adapter: what is fused depends on none. */
const noticed = {
	tests: ["test/capture-fusion.test.ts"],
	only: "swiftshader",
};
const pass = (from: string, to: string): Fault => ({
	file: "src/engine/fuse.ts",
	from,
	to,
	...noticed,
});
const text = (from: string, to: string): Fault => ({
	file: "src/engine/epilogue.ts",
	from,
	to,
	...noticed,
});

/** Faults in what a captured step does in the stores of other kernels. */
export const fusionFaults: readonly Fault[] = [
	pass("users.get(value.memory) !== 1", "false"),
	pass("results.forEach(use);", ""),
	pass("readyAt(o) >= at", "false"),
	pass(
		"(writer.get(memory) ?? -1) : updated",
		"(writer.get(memory) ?? -1) : -1",
	),
	pass("!y.memory.host &&", ""),
	pass("spec.takesEpilogue &&", ""),
	pass("|| hasLive(attrs)", ""),
	pass("if (arrays.length > most) return undefined;", ""),
	pass("others[name] = operand", "others[name] = next.y"),
	pass(
		"done[at] = task;\n\t\t\treturn at;",
		"done[at] = task;\n\t\t\treturn undefined;",
	),
	text("if (loads) return undefined;", ""),
	text("if (!Number.isFinite(value)) return undefined;", ""),
	text("|| element !== elementAlias(next.kernel)", ""),
	text("constants[prefix + name] = value;", "constants[prefix + name] = 1;"),
	text('load: () => "stored"', 'load: () => "Element()"'),
];
