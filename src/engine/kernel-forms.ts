import type { DType } from "./dtype.ts";
import type { Kernel } from "./kernel.ts";
import { storedAs } from "./stored.ts";

/** How a dispatch needs its kernel's text changed; every part may be empty. */
export interface Form {
	/** Element types other than f32, by binding. */
	readonly types: Readonly<Record<string, DType>>;
	/** Bindings that are the memory of another one: `{ b: "a" }` reads a in place of b. */
	readonly same: Readonly<Record<string, string>>;
	/**
	 * Declares every array read_write: within one dispatch WebGPU allows no
	 * buffer to be bound for reading here and for writing there, not even in
	 * parts that do not overlap.
	 */
	readonly writable: boolean;
}

/** Makes the forms of kernels, each once: pipelines are cached by kernel. */
export function kernelForms(): (kernel: Kernel, form: Form) => Kernel {
	const known = new Map<Kernel, Map<string, Kernel>>();
	return (kernel, form) => {
		const key = JSON.stringify(form);
		if (key === PLAIN) return kernel;
		const forms = known.get(kernel) ?? new Map<string, Kernel>();
		known.set(kernel, forms);
		const made = forms.get(key) ?? formOf(kernel, form);
		forms.set(key, made);
		return made;
	};
}

const PLAIN = JSON.stringify({ types: {}, same: {}, writable: false });

function formOf(kernel: Kernel, { types, same, writable }: Form): Kernel {
	let made = storedAs(kernel, types);
	for (const [name, other] of Object.entries(same)) {
		made = merged(made, name, other);
	}
	if (!writable) return made;
	return {
		...made,
		code: made.code.replaceAll(
			"var<storage, read>",
			"var<storage, read_write>",
		),
		bindings: made.bindings.map((b) =>
			b.access === "read" ? { ...b, access: "read_write" } : b,
		),
	};
}

/** Whether two arrays of a kernel are declared alike, so that one can stand for the other. */
export function declaredAlike(kernel: Kernel, a: string, b: string): boolean {
	const type = (name: string) =>
		new RegExp(`> ${name}: (array<\\w+>);`).exec(kernel.code)?.[1];
	return type(a) !== undefined && type(a) === type(b);
}

/** The kernel without the array `name`: where it was read, `other` is. */
function merged(kernel: Kernel, name: string, other: string): Kernel {
	const code = kernel.code
		.replace(new RegExp(`^@group.*> ${name}: .*$\\n?`, "m"), "")
		.replace(new RegExp(`(?<![\\w.])${name}\\[`, "g"), `${other}[`);
	const bindings = kernel.bindings.filter((b) => b.name !== name);
	return { ...kernel, code, bindings };
}
