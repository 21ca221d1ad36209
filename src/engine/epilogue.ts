import type { Dispatch, Kernel } from "./kernel.ts";
import { rewrite } from "./stored.ts";

/** A dispatch that does an elementwise op in its stores. */
export interface Finished {
	readonly stage: Dispatch;
	/** The op's other inputs: where they are bound, by the names they have for the op. */
	readonly bound: Readonly<Record<string, string>>;
}

/**
 * The dispatch with `next` done in its stores to `y`; `taken` is the input of
 * `next` that it stores there. Undefined where the kernels do not fit: it loads
 * what it stored, or the elements are of different width.
 */
export function withEpilogue(
	stage: Dispatch,
	next: Dispatch,
	taken: string,
): Finished | undefined {
	const { kernel } = stage;
	const prefix = `e${kernel.name.split("+").length}_`;
	const known = made.get(kernel) ?? new Map<string, Kernel | undefined>();
	made.set(kernel, known);
	const key = `${next.kernel.name} ${taken}`;
	if (!known.has(key)) known.set(key, finished(stage, next, taken, prefix));
	const fused = known.get(key);
	if (!fused) return undefined;
	const others = otherBindings(next, taken).map(({ name }) => name);
	const constants: Record<string, number> = { ...stage.constants };
	for (const name of fused.constants) {
		const own = name.startsWith(prefix) && name.slice(prefix.length);
		if (!own) continue;
		const [, param] = own.split("params_");
		constants[name] = param
			? (next.params[param] as number)
			: next.constants[own];
	}
	// WebGPU takes no others.
	if (!Object.values(constants).every(Number.isFinite)) return undefined;
	return {
		stage: { ...stage, kernel: fused, constants },
		bound: Object.fromEntries(
			others.map((name) => [next.rename[name] ?? name, prefix + name]),
		),
	};
}

/** Made once, because pipelines are cached by kernel. */
const made = /* @__PURE__ */ new WeakMap<
	Kernel,
	Map<string, Kernel | undefined>
>();

function finished(
	{ kernel, rename }: Dispatch,
	next: Dispatch,
	taken: string,
	prefix: string,
): Kernel | undefined {
	const output = kernel.bindings.find(
		(b) => (rename[b.name] ?? b.name) === "y",
	);
	const element = elementOf(kernel, output?.name ?? "");
	if (!element || element !== elementAlias(next.kernel)) return undefined;

	let loads = false;
	const code = rewrite(kernel.code, output?.name ?? "", {
		load() {
			loads = true;
			return "";
		},
		store: (index, value) =>
			`${output?.name}[${index}] = ${prefix}put(u32(${index}), ${value})`,
	});
	if (loads) return undefined;

	const epilogue = functionOf(next, taken);
	const others = otherBindings(next, taken);
	const first = Math.max(...kernel.bindings.map((b) => b.binding)) + 1;
	const bindings = others.map(({ name }, i) => ({
		name: prefix + name,
		binding: first + i,
		access: "read" as const,
	}));
	const used = next.kernel.params.filter(({ name }) =>
		new RegExp(`\\bparams\\.${name}\\b`).test(epilogue),
	);
	const text = [
		...used.map(({ name, type }) => `override params_${name}: ${type};`),
		...others.map(
			({ name }, i) =>
				`@group(0) @binding(${first + i}) var<storage, read> ${name}: array<Element>;`,
		),
		epilogue.replace(/\bparams\./g, "params_"),
	].join("\n");
	const declared =
		/(?:^|\n)(?:override|const|fn|alias) (\w+)|var<storage, read> (\w+)/g;
	const names = [...text.matchAll(declared)].map((m) => m[1] ?? m[2]);
	const ours = new RegExp(`(?<![\\w.])(${names.join("|")})\\b`, "g");
	return {
		...kernel,
		name: `${kernel.name}+${next.kernel.name}`,
		code: `${code}\n${text.replace(ours, `${prefix}$1`)}`,
		bindings: [...kernel.bindings, ...bindings],
		constants: [
			...kernel.constants,
			...used.map(({ name }) => `${prefix}params_${name}`),
			...next.kernel.constants.map((name) => prefix + name),
		],
	};
}

/** The text of an elementwise kernel up to `put`, which takes the value of the taken input and returns what it stored. */
function functionOf({ kernel, rename }: Dispatch, taken: string): string {
	let code = kernel.code
		.slice(0, kernel.code.indexOf("@compute"))
		.replace(/struct Params \{[^}]*\}/, "")
		.replace(/@group.*;/g, "")
		.replace("fn put(i: u32)", "fn put(i: u32, stored: Element) -> Element");
	for (const { name, access } of kernel.bindings) {
		if (access === "read" && (rename[name] ?? name) === taken) {
			code = rewrite(code, name, {
				load: () => "stored",
				store: (_, value) => value,
			});
		}
	}
	return rewrite(code, "y", {
		load: () => "",
		store: (_, value) => `return ${value}`,
	});
}

/** The arrays that an elementwise dispatch reads beside the taken one. */
function otherBindings({ kernel, rename }: Dispatch, taken: string) {
	return kernel.bindings.filter(
		({ name, access }) => access === "read" && (rename[name] ?? name) !== taken,
	);
}

/** Type of the elements of one of a kernel's arrays. */
function elementOf({ code }: Kernel, name: string): string | undefined {
	const type = new RegExp(`> ${name}: array<(\\w+)>;`).exec(code)?.[1];
	return type === "Element" ? elementAlias({ code }) : type;
}

function elementAlias({ code }: Pick<Kernel, "code">): string | undefined {
	return /alias Element = (\w+);/.exec(code)?.[1];
}
