import { type Fault, fault } from "./fault.ts";

const FUSION = "test/capture-fusion.test.ts";
const pass = (from: string, to: string) =>
	fault("src/engine/fuse.ts", from, to, FUSION);
const text = (from: string, to: string) =>
	fault("src/engine/epilogue.ts", from, to, FUSION);

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
