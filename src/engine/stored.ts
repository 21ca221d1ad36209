import type { DType } from "./dtype.ts";
import type { Kernel } from "./kernel.ts";

/**
 * The kernel with some of its arrays stored as another element type: every
 * load and store of them converts, the arithmetic stays as written. `types`
 * names the bindings; only f16 and u8 differ from how kernels declare arrays
 * (u32 has the bits of i32).
 */
export function storedAs(
	kernel: Kernel,
	types: Readonly<Record<string, DType>>,
): Kernel {
	let { code } = kernel;
	const element = /alias Element = (\w+);/.exec(code)?.[1];
	let half = false;
	for (const [name, dtype] of Object.entries(types)) {
		const declared = new RegExp(
			`(var<storage[^>]*> ${name}: array<)(\\w+)(>;)`,
		);
		const type = declared.exec(code)?.[2];
		if (!type)
			throw new Error(`kernel ${kernel.name} has no plain array ${name}`);
		const vector = (type === "Element" ? element : type) === "vec4f";
		if (dtype === "f16") half = true;
		const stored = dtype === "u8" ? "u32" : vector ? "vec4<f16>" : "f16";
		code = rewrite(code.replace(declared, `$1${stored}$3`), name, {
			load: (index) =>
				dtype === "u8"
					? `i32((${name}[u32(${index}) / 4] >> (8 * (u32(${index}) % 4))) & 255)`
					: `${type}(${name}[${index}])`,
			store: (index, value) => `${name}[${index}] = ${stored}(${value})`,
		});
	}
	const enables = half ? [...kernel.enables, "f16"] : kernel.enables;
	return { ...kernel, enables, code: half ? `enable f16;\n${code}` : code };
}

interface Access {
	load(index: string): string;
	store(index: string, value: string): string;
}

/** Replaces every `name[index]`, and every statement `name[index] = value`. */
function rewrite(code: string, name: string, access: Access): string {
	const start = new RegExp(`(?<![\\w.])${name}\\[`).exec(code);
	if (!start) return code;
	const open = start.index + start[0].length;
	const close = closing(code, open);
	const index = rewrite(code.slice(open, close), name, access);
	const before = code.slice(0, start.index);
	const after = code.slice(close + 1);
	const assigned = /^\s*([-+*/]?)=(?!=)/.exec(after);
	if (!assigned)
		return before + access.load(index) + rewrite(after, name, access);
	const end = after.indexOf(";");
	const value = rewrite(
		after.slice(assigned[0].length, end),
		name,
		access,
	).trim();
	const operator = assigned[1];
	const total = operator
		? `${access.load(index)} ${operator} (${value})`
		: value;
	return (
		before +
		access.store(index, total) +
		rewrite(after.slice(end), name, access)
	);
}

/** Position of the bracket that closes the one before `from`. */
function closing(code: string, from: number): number {
	let depth = 1;
	for (let i = from; i < code.length; i++) {
		if (code[i] === "[") depth++;
		if (code[i] === "]" && --depth === 0) return i;
	}
	throw new Error("unbalanced brackets in a kernel");
}
