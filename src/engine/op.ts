import { keep } from "./arena.ts";
import type { Capabilities } from "./device.ts";
import { type DType, isInteger } from "./dtype.ts";
import { GradientError, ShapeError } from "./errors.ts";
import type { Variant } from "./kernel.ts";
import { checkLive, resolved, type WithLive } from "./live.ts";
import { formatShape, type Shape } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** Strips the `?` that marks an optional input: `"b?"` -> `"b"`. */
type Bare<Name extends string> = Name extends `${infer N}?` ? N : Name;

/** A record with one entry per input; optional inputs may be undefined. */
export type PerInput<I extends readonly string[], T> = {
	readonly [N in I[number] as Bare<N>]: N extends `${string}?`
		? T | undefined
		: T;
};

/** A host-side array with its shape, as references see it. */
export interface NdArray {
	/** Elements in row-major order; floats as Float64Array. */
	readonly data: Float64Array | Int32Array | Uint32Array | Uint8Array;
	readonly shape: Shape;
}

/** What a gradient rule gets. */
export interface GradContext<I extends readonly string[], A> {
	/** The op's inputs by name. */
	readonly inputs: PerInput<I, Tensor>;
	/** Its output. */
	readonly y: Tensor;
	/** Gradient of the loss with respect to `y`, shaped like `y`. */
	readonly dy: Tensor;
	readonly attrs: A;
	/** Computes once per backward visit what the rules of several inputs share. */
	shared<T>(compute: () => T): T;
}

/**
 * Everything there is to know about an op, in one object.
 * `I` lists the inputs' names as the kernel binds them; a trailing `?` marks an optional one.
 */
export interface OpSpec<I extends readonly string[], A extends object> {
	readonly name: string;
	readonly inputs: I;
	/** Inputs that are written in place; such an op returns the first of them and has no gradient. */
	readonly updates?: readonly Bare<I[number]>[];
	/**
	 * Of an op that treats every element of its inputs alike: the shape of a call
	 * over so many elements, with which a captured step replaces calls on tensors
	 * that lie side by side; undefined where attributes forbid it.
	 */
	together?(elements: number, attrs: A): Shape | undefined;
	/** Inputs that such calls share as they are. */
	readonly common?: readonly string[];
	/**
	 * Of an elementwise op: the inputs of whose values the op can be done where
	 * they are computed, in the stores of that kernel; a captured step does so. Its
	 * variants with a kernel written over `Element` say how, in `put(i)`.
	 */
	readonly epilogueOf?: readonly Bare<I[number]>[];
	/**
	 * Whether the stores of its kernels take such ops along. They must store each
	 * value once, and not as a product or an expression with two of them, which
	 * adapters contract with what is added: to other bits than the ops one by one.
	 */
	readonly takesEpilogue?: true;
	/** The input whose memory the output shares: nothing is computed, only the shape changes. Its `launch` returns no variant. */
	readonly alias?: Bare<I[number]>;
	/** Element types other than f32; "any" where values are moved or tested, not computed with. */
	readonly dtypes?: { readonly [N in Bare<I[number]>]?: DType | "any" };
	/** Values of attributes that a call leaves out. */
	readonly defaults: A;
	/** Checks the call and gives the output's shape; rejects with `invalid(reason)`. */
	shape(shapes: PerInput<I, Shape>, attrs: A): Shape;
	/**
	 * Element type of the output, or how attributes decide it; unless given f16 if all float inputs are, else f32,
	 * or the type of "any" inputs that are all of one integer type.
	 */
	readonly dtype?: DType | ((attrs: A) => DType);
	/** The input whose element type the output has, where statistics of another type take part. */
	readonly dtypeLike?: Bare<I[number]>;
	/** The definition, in plain loops and float64, independent of the kernels. Fills `y` (or the updated inputs). */
	reference(inputs: PerInput<I, NdArray>, attrs: A, y: NdArray): void;
	/** The valid GPU variants, best first for these capabilities. */
	launch(call: Launch<I, A>): Variant[];
	/** Attributes that may be live numbers; gradient rules hand them on unread. */
	readonly live?: readonly (keyof A)[];
	/** Gradient rule per input. An input without one cannot be differentiated. */
	readonly grad?: {
		readonly [N in Bare<I[number]>]?: (context: GradContext<I, A>) => Tensor;
	};
}

/** What `launch` decides on. */
export interface Launch<I extends readonly string[], A> {
	/** Shapes of the inputs by name. */
	readonly shapes: PerInput<I, Shape>;
	/** Shape of the output. */
	readonly y: Shape;
	/** The call's, with defaults filled in. */
	readonly attrs: A;
	/** What the adapter can do. */
	readonly capabilities: Capabilities;
}

type Optional<I extends readonly string[]> = I extends readonly [
	...infer Head extends string[],
	`${string}?`,
]
	? Tensors<I> | Optional<Head>
	: Tensors<I>;
type Tensors<I extends readonly string[]> = { [K in keyof I]: Tensor };

/**
 * A callable op: input tensors in order (trailing optional ones may be left out), then those
 * attributes that shall differ from their defaults, as in `conv2d(x, w, bias, { stride: 2 })`.
 */
export interface Op<
	// biome-ignore lint/suspicious/noExplicitAny: the widest op, for code that handles all of them
	I extends readonly string[] = any,
	// biome-ignore lint/suspicious/noExplicitAny: as above
	A extends object = any,
> {
	(...args: [...Optional<I>, attrs?: Partial<WithLive<A>>]): Tensor;
	readonly spec: OpSpec<I, A>;
}

/** An input's name without its optional mark. */
export function bareName(input: string): string {
	return input.endsWith("?") ? input.slice(0, -1) : input;
}

/** `{ x: f(x), w: f(w) }` from a positional list; an absent optional input stays undefined. */
export function perInput<V, T>(
	spec: { readonly inputs: readonly string[] },
	values: readonly (V | undefined)[],
	f: (value: V) => T,
): Record<string, T | undefined> {
	return Object.fromEntries(
		spec.inputs.map((name, i) => {
			const value = values[i];
			return [bareName(name), value === undefined ? undefined : f(value)];
		}),
	);
}

/** An op and its inputs. */
type Called = readonly [
	spec: Op["spec"],
	inputs: readonly (Tensor | undefined)[],
];

/** What runs in the place of an update in place. */
let updatesAs: ((...call: Called) => Called) | undefined;

/** Runs `f` with other ops in the places of those that update inputs. */
export function withUpdatesAs<T>(
	as: (...call: Called) => Called,
	f: () => T,
): T {
	const outside = updatesAs;
	updatesAs = (...call) => as(...(outside?.(...call) ?? call));
	try {
		return f();
	} finally {
		updatesAs = outside;
	}
}

/** Makes the callable op of a spec. Mark the call `@__PURE__` so that unused ops leave a bundle. */
export function defineOp<const I extends readonly string[], A extends object>(
	spec: OpSpec<I, A>,
): Op<I, A> {
	const op = (...args: (Tensor | Partial<A> | undefined)[]) => {
		const { inputs, attrs: given } = splitArguments(spec, args);
		checkLive(spec.name, given, spec.live);
		const attrs = resolved<A>(given as WithLive<A>);
		const shapes = perInput(spec, inputs, (t) => t.shape);
		let shape: Shape;
		let dtype: DType;
		try {
			check(spec, inputs);
			shape = spec.shape(shapes as PerInput<I, Shape>, attrs);
			dtype = outputType(spec, inputs, attrs);
		} catch (error) {
			if (!(error instanceof ShapeError)) throw error;
			throw new ShapeError(
				`${describe(spec, inputs, attrs)}: ${error.message}`,
			);
		}
		for (const name of spec.updates ?? []) {
			const t = inputs[spec.inputs.indexOf(name)];
			if (t && isTracked(t)) {
				throw new GradientError(
					`${describe(spec, inputs, attrs)}: ${name} is being differentiated; update it after its gradient is taken`,
				);
			}
		}
		const device = (inputs.find((t) => t) as Tensor).device;
		const out = { shape, dtype };
		const called: Called = [spec as unknown as Op["spec"], inputs];
		const [run, on] = (spec.updates && updatesAs?.(...called)) || called;
		const y = device.run(run, on, given, out);
		if (spec.updates) return y;
		record(run, on, given, keep(y));
		return y;
	};
	return (
		Object.defineProperty(op, "name", { value: spec.name }) &&
		(Object.assign(op, { spec }) as unknown as Op<I, A>)
	);
}

function splitArguments<A extends object>(
	spec: { name: string; inputs: readonly string[]; defaults: A },
	args: readonly (Tensor | Partial<A> | undefined)[],
): { inputs: (Tensor | undefined)[]; attrs: A } {
	const last = args.at(-1);
	const hasAttrs =
		args.length > 0 && last !== undefined && !(last instanceof Tensor);
	const given = hasAttrs ? args.slice(0, -1) : args;
	const names = spec.inputs.map(bareName).join(", ");
	const usage = `usage: ${spec.name}(${names}, { ${Object.keys(spec.defaults).join(", ")} })`;
	if (given.length > spec.inputs.length) {
		throw new ShapeError(
			`${spec.name}: ${given.length} inputs given, at most ${spec.inputs.length} taken; ${usage}`,
		);
	}
	const inputs = spec.inputs.map((name, i) => {
		const t = given[i];
		if (t instanceof Tensor) return t;
		if (t === undefined && name.endsWith("?")) return undefined;
		throw new ShapeError(
			`${spec.name}: input ${bareName(name)} is not a tensor; ${usage}`,
		);
	});
	const attrs = hasAttrs ? (last as Partial<A>) : {};
	for (const [key, value] of Object.entries(attrs)) {
		if (!(key in spec.defaults)) {
			throw new ShapeError(`${spec.name}: unknown attribute ${key}; ${usage}`);
		}
		const usual = spec.defaults[key as keyof A];
		if (typeof usual === "boolean" && !isBoolean(value)) {
			throw new ShapeError(
				`${spec.name}: ${key} is ${value} but must be true or false; ${usage}`,
			);
		}
	}
	const set = Object.entries(attrs).filter(([, v]) => v !== undefined);
	return { inputs, attrs: { ...spec.defaults, ...Object.fromEntries(set) } };
}

function isBoolean(value: unknown): boolean {
	return value === undefined || typeof value === "boolean";
}

function check(
	spec: {
		inputs: readonly string[];
		dtypes?: Readonly<Record<string, DType | "any" | undefined>>;
		updates?: readonly string[];
	},
	inputs: readonly (Tensor | undefined)[],
): void {
	const device = inputs.find((t) => t)?.device;
	spec.inputs.forEach((name, i) => {
		const t = inputs[i];
		if (!t) return;
		const want = spec.dtypes?.[bareName(name)] ?? "f32";
		if (t.storage === undefined) {
			throw new ShapeError(
				`${bareName(name)} has been freed: it was made in a step or scope that has ended; return it from there to keep it`,
			);
		}
		const updated = spec.updates?.includes(bareName(name)) ?? false;
		const fits = updated
			? t.dtype === want
			: want === "any" || isInteger(t.dtype) === isInteger(want);
		if (!fits) {
			throw new ShapeError(
				`${bareName(name)} is ${t.dtype} but must be ${want}; convert it with cast`,
			);
		}
		if (t.device !== device) {
			throw new ShapeError(
				`${bareName(name)} lives on another device than the first input`,
			);
		}
	});
}

function outputType<A>(
	spec: {
		readonly inputs: readonly string[];
		readonly alias?: string;
		readonly dtypes?: Readonly<Record<string, DType | "any" | undefined>>;
		readonly dtype?: DType | ((attrs: A) => DType);
		readonly dtypeLike?: string;
	},
	inputs: readonly (Tensor | undefined)[],
	attrs: A,
): DType {
	if (typeof spec.dtype === "function") return spec.dtype(attrs);
	if (spec.dtype) return spec.dtype;
	if (spec.dtypeLike) {
		const like = spec.inputs.map(bareName).indexOf(spec.dtypeLike);
		return inputs[like]?.dtype ?? "f32";
	}
	const moved = inputs.flatMap((t, i) =>
		t && spec.dtypes?.[bareName(spec.inputs[i])] === "any" ? [t.dtype] : [],
	);
	const whole = moved.filter(isInteger);
	if (
		whole.some((dtype) => dtype !== moved[0] || whole.length < moved.length)
	) {
		throw new ShapeError(
			`the inputs are ${moved.join(" and ")}; convert one with cast`,
		);
	}
	const floats = inputs.filter((t) => t && !isInteger(t.dtype));
	if (floats.length || !whole.length) {
		const half = floats.length > 0 && floats.every((t) => t?.dtype === "f16");
		return half ? "f16" : "f32";
	}
	// No invocation can write one byte of a word that others write too.
	if (whole[0] === "u8" && !spec.alias) {
		throw new ShapeError(
			"u8 values are stored four to a word and cannot be moved; convert them with cast to i32",
		);
	}
	return whole[0];
}

/** `conv2d(x[1,8,8,3], w[3,3,4,8], {"stride":1})`, for errors. */
function describe(
	spec: { name: string; inputs: readonly string[] },
	inputs: readonly (Tensor | undefined)[],
	attrs: object,
): string {
	const list = spec.inputs.flatMap((name, i) => {
		const t = inputs[i];
		return t ? [bareName(name) + formatShape(t.shape)] : [];
	});
	const set = Object.keys(attrs).length ? [JSON.stringify(attrs)] : [];
	return `${spec.name}(${[...list, ...set].join(", ")})`;
}
