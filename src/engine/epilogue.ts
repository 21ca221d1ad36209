import type { Dispatch, Kernel } from "./kernel.ts";
import { rewrite } from "./stored.ts";

/** A dispatch that does an elementwise op in its stores. */
export interface Finished {
	readonly stage: Dispatch;
	/** The op's other inputs: where they are bound, by the names they have for the op. */
	readonly bound: Readonly<Record<string, string>>;
}

/**
 * The dispatch with `next`, an elementwise one, done in its stores to `y`, in
 * the place of the input `taken` of `next`. Undefined where the kernels do not
 * fit: the first loads what it stored, or their elements are of different width.
 */
export function withEpilogue(
	stage: Dispatch,
	next: Dispatch,
	taken: string,
): Finished | undefined {
	const known = made.get(stage.kernel) ?? new Map<string, Kernel | undefined>();
	made.set(stage.kernel, known);
	const key = `${next.kernel.name} ${taken}`;
	if (!known.has(key)) known.set(key, joined(stage, next, taken));
	const kernel = known.get(key);
	if (!kernel) return undefined;
	const prefix = prefixBehind(stage.kernel);
	const constants: Record<string, number> = { ...stage.constants };
	const values = [
		...Object.entries(next.constants),
		...Object.entries(next.params).map(([name, v]) => [PARAM + name, v]),
	] as [string, number][];
	for (const [name, value] of values) {
		if (!kernel.constants.includes(prefix + name)) continue;
		// WebGPU takes no others.
		if (!Number.isFinite(value)) return undefined;
		constants[prefix + name] = value;
	}
	const bound = otherInputs(next, taken).map(
		(name) => [next.rename[name] ?? name, prefix + name] as const,
	);
	return {
		stage: { ...stage, kernel, constants },
		bound: Object.fromEntries(bound),
	};
}

/** Begins the names of the constants that parameters of an epilogue become. */
const PARAM = "params_";

/** Begins the names of what is put behind a kernel, which may have an epilogue already. */
function prefixBehind({ name }: Kernel): string {
	return `e${name.split("+").length}_`;
}

/** Made once, because pipelines are cached by kernel. */
const made = /* @__PURE__ */ new WeakMap<
	Kernel,
	Map<string, Kernel | undefined>
>();

function joined(
	{ kernel, rename }: Dispatch,
	next: Dispatch,
	taken: string,
): Kernel | undefined {
	const y = kernel.bindings.find(({ name }) => (rename[name] ?? name) === "y");
	const element = y && elementOf(kernel, y.name);
	if (!element || element !== elementAlias(next.kernel)) return undefined;
	const prefix = prefixBehind(kernel);
	let loads = false;
	const code = rewrite(kernel.code, y.name, {
		load() {
			loads = true;
			return "";
		},
		store: (index, value) =>
			`${y.name}[${index}] = ${prefix}put(u32(${index}), ${value})`,
	});
	if (loads) return undefined;

	const put = putOf(next, taken);
	const params = next.kernel.params.filter(({ name }) =>
		new RegExp(`\\bparams\\.${name}\\b`).test(put),
	);
	const free = Math.max(...kernel.bindings.map((b) => b.binding)) + 1;
	const bindings = otherInputs(next, taken).map((name, i) => ({
		name,
		binding: free + i,
		access: "read" as const,
	}));
	const text = [
		...params.map(({ name, type }) => `override ${PARAM}${name}: ${type};`),
		...bindings.map(
			({ name, binding }) =>
				`@group(0) @binding(${binding}) var<storage, read> ${name}: array<${element}>;`,
		),
		put.replace(/\bparams\./g, PARAM),
	].join("\n");
	const declared = /\b(?:override|const|fn|alias|var<storage, read>) (\w+)/g;
	const names = [...text.matchAll(declared)].map((m) => m[1]);
	const own = new RegExp(`(?<![\\w.])(${names.join("|")})\\b`, "g");
	const constants = [
		...params.map(({ name }) => PARAM + name),
		...next.kernel.constants,
	];
	return {
		...kernel,
		name: `${kernel.name}+${next.kernel.name}`,
		code: `${code}\n${text.replace(own, `${prefix}$1`)}`,
		bindings: [
			...kernel.bindings,
			...bindings.map((b) => ({ ...b, name: prefix + b.name })),
		],
		constants: [...kernel.constants, ...constants.map((c) => prefix + c)],
	};
}

/** The text of an elementwise kernel up to `put`, which is given the value of the taken input and returns what it would store. */
function putOf({ kernel, rename }: Dispatch, taken: string): string {
	let code = kernel.code
		.slice(0, kernel.code.indexOf("@compute"))
		.replace(/struct Params\{[^}]*\}/, "")
		.replace(/@group[^;]*;/g, "")
		.replace("fn put(i:u32)", "fn put(i:u32,stored:Element)->Element");
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

/** What an elementwise dispatch reads beside the taken input. */
function otherInputs({ kernel, rename }: Dispatch, taken: string): string[] {
	return kernel.bindings
		.filter((b) => b.access === "read" && (rename[b.name] ?? b.name) !== taken)
		.map((b) => b.name);
}

/** Type of the elements of one of a kernel's arrays. */
function elementOf({ code }: Kernel, name: string): string | undefined {
	const type = new RegExp(`>${name}:array<(\\w+)>;`).exec(code)?.[1];
	return type === "Element" ? elementAlias({ code }) : type;
}

function elementAlias({ code }: Pick<Kernel, "code">): string | undefined {
	return /alias Element=(\w+);/.exec(code)?.[1];
}
