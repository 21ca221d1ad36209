import type { DType } from "./dtype.ts";
import type { Kernel } from "./kernel.ts";

/** Makes kernels with other element types, each once: pipelines are cached by kernel. */
export function storedKernels(): typeof storedAs {
	const known = new Map<Kernel, Map<string, Kernel>>();
	return (kernel, types) => {
		const key = JSON.stringify(types);
		if (key === "{}") return kernel;
		const made = known.get(kernel) ?? new Map<string, Kernel>();
		known.set(kernel, made);
		const stored = made.get(key) ?? storedAs(kernel, types);
		made.set(key, stored);
		return stored;
	};
}

/**
 * The kernel with some of its arrays stored as another element type: every
 * load and store of them converts, the arithmetic stays as written. `types`
 * names the bindings. A kernel whose arrays of `Element` all hold 32-bit
 * integers computes in them (and in a `Scalar` of that kind): it only moves values.
 */
export function storedAs(
	kernel: Kernel,
	types: Readonly<Record<string, DType>>,
): Kernel {
	let { code } = kernel;
	const element = /alias Element=(\w+);/.exec(code)?.[1];
	const elements = [...code.matchAll(/(\w+):array<Element>;/g)];
	const words = elements.map(([, name]) => types[name]);
	if (words.length && words.every((t) => t === "i32" || t === "u32")) {
		code = code
			.replace(/Element=vec4f/, "Element=vec4i")
			.replace(/(Element|Scalar)=f32/g, "$1=i32");
		return { ...kernel, code };
	}
	let half = false;
	for (const [name, dtype] of Object.entries(types)) {
		const declared = new RegExp(`(var<storage[^>]*>${name}:array<)(\\w+)(>;)`);
		const as = declared.exec(code)?.[2];
		const type = as === "Element" ? element : as;
		// Kernels declare integers as i32 and atomics; u32 has the same bits.
		if (dtype !== "f16" && dtype !== "u8" && !type?.includes("f")) continue;
		if (!as || !type)
			throw new Error(`kernel ${kernel.name} has no plain array ${name}`);
		if (dtype === "f16") half = true;
		const stored = storedType(dtype, type === "vec4f");
		code = rewrite(code.replace(declared, `$1${stored}$3`), name, {
			load: (index) =>
				dtype === "u8"
					? `${as}(${bytesAt(name, index, type === "vec4f")})`
					: `${as}(${name}[${index}])`,
			store: (index, value) => `${name}[${index}] = ${stored}(${value})`,
		});
	}
	const enables = half ? [...kernel.enables, "f16"] : kernel.enables;
	return { ...kernel, enables, code: half ? `enable f16;\n${code}` : code };
}

/** WGSL type of one element of the array. */
function storedType(dtype: DType, vector: boolean): string {
	if (dtype === "u8") return "u32";
	return vector ? `vec4<${dtype}>` : dtype;
}

/** The byte `index`, or the four bytes of word `index`, of an array of words. */
function bytesAt(name: string, index: string, vector: boolean): string {
	return vector
		? `(vec4u(${name}[${index}]) >> vec4u(0, 8, 16, 24)) & vec4u(255)`
		: `(${name}[u32(${index}) / 4] >> (8 * (u32(${index}) % 4))) & 255`;
}

/** What stands in the place of an access to an array. */
export interface Access {
	load(index: string): string;
	store(index: string, value: string): string;
}

/** Replaces every `name[index]`, and every statement `name[index] = value`. */
export function rewrite(code: string, name: string, access: Access): string {
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
