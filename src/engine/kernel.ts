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
 * A `.wgsl` file as the build sees it: its text plus what reflection found in
 * it, so that nothing about a kernel's interface is written twice.
 */
export interface Kernel<
	Bindings extends string = string,
	Params extends string = string,
	Constants extends string = string,
> {
	/** File name without `.wgsl`. */
	readonly name: string;
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

/** Workgroup counts along x, y, z. */
export type Grid = readonly [number, number, number];

/** One compute dispatch as plain data: what to run, with what, how wide. */
export interface Dispatch {
	readonly kernel: Kernel;
	readonly params: Readonly<Record<string, number | readonly number[]>>;
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

/** Describes a dispatch of `kernel`; the compiler checks parameter and constant names against the WGSL. */
export function dispatch<
	B extends string,
	P extends string,
	C extends string,
>(spec: {
	kernel: Kernel<B, P, C>;
	params: Readonly<Record<P, number | readonly number[]>>;
	constants?: Readonly<Partial<Record<C, number>>>;
	grid: Grid;
	rename?: Readonly<Partial<Record<B, string>>>;
}): Dispatch {
	return {
		kernel: spec.kernel,
		params: spec.params,
		constants: (spec.constants ?? {}) as Record<string, number>,
		grid: spec.grid,
		rename: (spec.rename ?? {}) as Record<string, string>,
	};
}

/** A variant made of one dispatch. */
export function single(...spec: Parameters<typeof dispatch>): Variant {
	return { stages: [dispatch(...spec)], scratch: {} };
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
