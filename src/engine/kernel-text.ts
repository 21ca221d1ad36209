import type { Kernel, KernelBinding, ParamField } from "./kernel.ts";

const SCALARS = { u: "u32", i: "i32", f: "f32" } as const;

/**
 * A kernel by its text, from which its interface is read: the text that the
 * build makes, without white space that says nothing, its runs folded. The
 * build holds what is found here to what a parser of WGSL finds.
 */
export function kernelOf(name: string, folded: string): Kernel {
	const code = unfold(folded);
	const all = (pattern: RegExp) => [...code.matchAll(pattern)];
	const params: ParamField[] = [];
	let size = 0;
	let widest = 4;
	const members = /struct Params\{([^}]*)/.exec(code)?.[1] ?? "";
	for (const [, field, vector, scalar] of members.matchAll(
		/(\w+):(?:vec(.)|)([uif])/g,
	)) {
		const count = Number(vector ?? 1);
		const align = count === 3 ? 16 : 4 * count;
		const offset = roundUp(size, align);
		const type = SCALARS[scalar as keyof typeof SCALARS];
		params.push({ name: field, offset, type, count });
		size = offset + 4 * count;
		widest = Math.max(widest, align);
	}
	return Object.freeze({
		name,
		code,
		bindings: all(/@binding\((\d+)\)var<(?:storage,)?(\w+)>(\w+)/g).map(
			([, binding, access, name]) => ({
				name,
				binding: Number(binding),
				access: access as KernelBinding["access"],
			}),
		),
		paramsSize: roundUp(size, widest),
		params,
		constants: all(/override (\w+)/g).map(([, name]) => name),
		enables: all(/enable (\w+)/g).map(([, name]) => name),
	});
}

/** Writes runs out: `#4#let a$0=x[$0@2];#` is a0=x[0], a1=x[2] and two more. */
function unfold(text: string): string {
	return text.replace(/#(\d+)#([^#]*)#/g, (_, times, body: string) =>
		Array.from({ length: Number(times) }, (_, k) =>
			body.replace(/\$(\d+)(?:@(\d+))?/g, (_, from, step = 1) =>
				String(Number(from) + k * step),
			),
		).join(""),
	);
}

function roundUp(size: number, align: number): number {
	return Math.ceil(size / align) * align;
}
