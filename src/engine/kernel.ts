/** One binding of a kernel's group 0, as its WGSL declares it. */
export interface KernelBinding<Name extends string = string> {
	readonly name: Name;
	readonly binding: number;
	readonly access: "uniform" | "read" | "read_write";
}

/** One member of a kernel's `Params` struct; offset in bytes. */
export interface ParamField {
	readonly name: string;
	readonly offset: number;
	readonly type: "u32" | "i32" | "f32";
	/** 1 for a scalar, 2 to 4 for a vector. */
	readonly count: number;
}

/**
 * A `.wgsl` file as importing it gives it: its text plus the interface read
 * from it, so that nothing about it is written twice.
 */
export interface Kernel<
	Bindings extends string = string,
	Params extends string = string,
	Constants extends string = string,
> {
	/** File name without `.wgsl`. */
	readonly name: string;
	/** Its WGSL. */
	readonly code: string;
	readonly bindings: readonly KernelBinding<Bindings>[];
	/** Size of the uniform struct in bytes; 0 when the kernel has none. */
	readonly paramsSize: number;
	readonly params: readonly (ParamField & { readonly name: Params })[];
	/** Names of the `override` constants. */
	readonly constants: readonly Constants[];
	/** WGSL language extensions the text enables, for example `subgroups`. */
	readonly enables: readonly string[];
}

/**
 * The same kernel over vectors of four: its text names the type of an element
 * once, as `alias Element = f32;` (and that of its bits, if it looks at them,
 * as `alias Bits = u32;`), and must be right for the vector types too.
 */
export function vectorized<K extends Kernel>(kernel: K): K {
	const code = kernel.code
		.replace("Element=f32", "Element=vec4f")
		.replace("Bits=u32", "Bits=vec4u");
	return { ...kernel, name: `${kernel.name}-vec4`, code };
}

/** Workgroup counts along x, y, z. */
export type Grid = readonly [number, number, number];

/** One compute dispatch as plain data: what to run, with what, how wide. */
export interface Dispatch {
	readonly kernel: Kernel;
	/** Members of its `Params`. */
	readonly params: Readonly<Record<string, number | readonly number[]>>;
	/** Values of its `override` constants. */
	readonly constants: Readonly<Record<string, number>>;
	readonly grid: Grid;
	/** Tensor bound under another name than the kernel's, `{ kernelName: tensorName }`. */
	readonly rename: Readonly<Record<string, string>>;
}

/** One way to compute an op on the GPU: its dispatches in order, and the scratch (in 4-byte elements) they share. */
export interface Variant {
	readonly stages: readonly Dispatch[];
	readonly scratch: Readonly<Record<string, number>>;
}

/** A dispatch as its author writes it: names are checked against the kernel's WGSL. */
export interface DispatchSpec<
	B extends string,
	P extends string,
	C extends string,
> {
	readonly kernel: Kernel<B, P, C>;
	readonly params: Readonly<Record<P, number | readonly number[]>>;
	readonly constants?: Readonly<Partial<Record<C, number>>>;
	readonly grid: Grid;
	readonly rename?: Readonly<Partial<Record<B, string>>>;
}

/** Describes a dispatch of `kernel`; the compiler checks parameter and constant names against the WGSL. */
export function dispatch<B extends string, P extends string, C extends string>(
	spec: DispatchSpec<B, P, C>,
): Dispatch {
	return {
		kernel: spec.kernel,
		params: spec.params,
		constants: (spec.constants ?? {}) as Record<string, number>,
		grid: spec.grid,
		rename: (spec.rename ?? {}) as Record<string, string>,
	};
}

/** A variant made of one dispatch; takes what `dispatch` takes. */
export function single<B extends string, P extends string, C extends string>(
	spec: DispatchSpec<B, P, C>,
): Variant {
	return { stages: [dispatch(spec)], scratch: {} };
}

/** Workgroups per grid dimension that every WebGPU adapter accepts. */
const MAX_GRID = 65535;

/**
 * A grid of at least `groups` workgroups, folded into x and y. The kernel's
 * linear workgroup index is `wid.y * num_workgroups.x + wid.x`, and it must
 * ignore indices past its work.
 */
export function linearGrid(groups: number): Grid {
	const rows = Math.max(1, Math.ceil(groups / MAX_GRID));
	return [Math.max(1, Math.ceil(groups / rows)), rows, 1];
}

/** Integer division rounding up. */
export function ceilDiv(a: number, b: number): number {
	return Math.ceil(a / b);
}

/** Grid of a kernel whose workgroups of 64 invocations do 8 elements each. */
export function elementGrid(elements: number): Grid {
	return linearGrid(ceilDiv(elements, 512));
}

/** Variants of an elementwise kernel over `n` elements: in fours where they divide, and one by one. */
export function elementwise<
	B extends string,
	P extends string,
	C extends string,
>(
	kernels: { scalar: Kernel<B, P, C>; vector: Kernel<B, P, C> },
	n: number,
	params: Readonly<Record<Exclude<P, "n">, number>>,
	constants?: Readonly<Partial<Record<C, number>>>,
): Variant[] {
	const variant = (kernel: Kernel<B, P, C>, elements: number) =>
		single<B, P, C>({
			kernel,
			params: { ...params, n: elements } as Record<P, number>,
			...(constants && { constants }),
			grid: elementGrid(elements),
		});
	const scalar = variant(kernels.scalar, n);
	return n % 4 ? [scalar] : [variant(kernels.vector, n / 4), scalar];
}
