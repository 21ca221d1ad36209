import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin as EsbuildPlugin } from "esbuild";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import type { Kernel, ParamField } from "../src/engine/kernel.ts";
import { compact } from "../src/engine/kernel-source.ts";
import { kernelOf } from "../src/engine/kernel-text.ts";
import { fold } from "./wgsl-fold.ts";

/**
 * The `Kernel` that importing a `.wgsl` file gives, with line breaks where
 * wanted. What the engine reads from the text is held to what a parser finds.
 */
export function reflectKernel(
	source: string,
	file: string,
	lines = true,
): Kernel {
	const name = basename(file, ".wgsl");
	const reflected = new WgslReflect(source);
	const fail = (reason: string): never => {
		throw new Error(`${file}: ${reason}`);
	};
	const entries = reflected.entry.compute;
	if (entries.length !== 1 || entries[0].name !== "main") {
		fail("a kernel file has exactly one entry point, `fn main`");
	}
	const uniform = reflected.uniforms[0];
	if (reflected.uniforms.length > 1 || (uniform && uniform.name !== "params")) {
		fail("a kernel has at most one uniform, `params`");
	}
	const bindings = [...reflected.uniforms, ...reflected.storage].map((v) => {
		if (v.group !== 0) fail(`${v.name} is not in group 0`);
		const access =
			v === uniform ? "uniform" : v.access === "read_write" ? v.access : "read";
		return { name: v.name, binding: v.binding, access } as const;
	});
	const params = (uniform?.members ?? []).map((m): ParamField => {
		const type = m.type.getTypeName();
		const vector = /^vec([234])([uif])$/.exec(type);
		const scalars = { u: "u32", i: "i32", f: "f32" } as const;
		if (vector) {
			const scalar = scalars[vector[2] as keyof typeof scalars];
			return {
				name: m.name,
				offset: m.offset,
				type: scalar,
				count: Number(vector[1]),
			};
		}
		if (type !== "u32" && type !== "i32" && type !== "f32") {
			fail(`params.${m.name} is ${type}; use u32, i32, f32 or their vectors`);
		}
		return { name: m.name, offset: m.offset, type: type as "u32", count: 1 };
	});
	const kernel = kernelOf(name, compact(source, lines));
	const found = {
		...kernel,
		bindings: bindings.sort((a, b) => a.binding - b.binding),
		paramsSize: uniform?.size ?? 0,
		params,
		constants: reflected.overrides.map((o) => o.name),
	};
	if (JSON.stringify(kernel) !== JSON.stringify(found)) {
		fail(
			`a parser finds the interface ${JSON.stringify({ ...found, code: "" })} but the engine ${JSON.stringify({ ...kernel, code: "" })}: declare bindings in order, as @group(0) @binding(n) var<...>, and struct Params of scalars and vec2u, vec4f and the like`,
		);
	}
	return kernel;
}

function moduleText(path: string, lines: boolean): string {
	const { name, code } = reflectKernel(readFileSync(path, "utf8"), path, lines);
	const text = lines ? code : fold(code);
	if (kernelOf(name, text).code !== code) {
		throw new Error(`${path}: its text cannot be folded`);
	}
	const engine = engineFrom(path, "kernel-text.ts");
	return `import { kernelOf } from ${JSON.stringify(engine)};
export default /* @__PURE__ */ kernelOf(${JSON.stringify(name)}, ${JSON.stringify(text)});
`;
}

/** How the module made of `path` imports a file of the engine. */
function engineFrom(path: string, file: string): string {
	const target = fileURLToPath(
		new URL(`../src/engine/${file}`, import.meta.url),
	);
	const from = relative(dirname(resolve(path)), target).replaceAll(sep, "/");
	return from.startsWith(".") ? from : `./${from}`;
}

/** esbuild plugin: `import kernel from "./x.wgsl"`. */
export const wgslEsbuild: EsbuildPlugin = {
	name: "wgsl",
	setup(build) {
		build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({
			contents: moduleText(path, false),
			loader: "js",
			watchFiles: [path],
		}));
	},
};

/** The same import for vite and vitest, with the lines of the kernels' texts. */
export const wgslVite = {
	name: "wgsl",
	enforce: "pre" as const,
	load(id: string) {
		const path = id.split("?")[0];
		return path.endsWith(".wgsl") ? moduleText(path, true) : undefined;
	},
};

/** Writes `x.d.wgsl.ts` beside each `x.wgsl` under `root`, so that the compiler knows bindings, parameters and constants. */
export function writeDeclarations(root: string): number {
	let count = 0;
	const files = readdirSync(root, { recursive: true, encoding: "utf8" });
	const own = files.filter(
		(f) => f.endsWith(".wgsl") && !f.includes("node_modules"),
	);
	for (const file of own) {
		const path = join(root, file);
		const kernel = reflectKernel(readFileSync(path, "utf8"), path);
		const union = (names: readonly string[]) =>
			names.map((n) => JSON.stringify(n)).join(" | ") || "never";
		const engine = engineFrom(path, "kernel.ts");
		const bound = kernel.bindings.filter((b) => b.access !== "uniform");
		const text = `// Generated from ${basename(file)} by scripts/wgsl.ts.
import type { Kernel } from "${engine}";
declare const kernel: Kernel<${union(bound.map((b) => b.name))}, ${union(kernel.params.map((p) => p.name))}, ${union(kernel.constants)}>;
export default kernel;
`;
		const out = path.replace(/\.wgsl$/, ".d.wgsl.ts");
		writeFileSync(out, text);
		count++;
	}
	return count;
}
