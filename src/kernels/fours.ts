import { type Kernel, type Variant, vectorized } from "../engine/index.ts";

/** A kernel over single channels and the same over four at a time. */
export interface Fours<K extends Kernel> {
	readonly scalar: K;
	readonly vector: K;
}

/** Both forms of a kernel; once per kernel, because pipelines are cached by kernel. */
export function fours<K extends Kernel>(kernel: K): Fours<K> {
	return { scalar: kernel, vector: vectorized(kernel) };
}

/** Variants by four channels where they divide, and one by one. */
export function byFours<K extends Kernel>(
	{ scalar, vector }: Fours<K>,
	channels: number,
	variant: (kernel: K, lanes: number) => Variant,
): Variant[] {
	const single = variant(scalar, 1);
	return channels % 4 ? [single] : [variant(vector, 4), single];
}

/** For a dispatch that is no variant of its own: the kernel by four where the extent divides, and its lanes. */
export function widest<K extends Kernel>(
	{ scalar, vector }: Fours<K>,
	extent: number,
): { kernel: K; lanes: number } {
	return extent % 4
		? { kernel: scalar, lanes: 1 }
		: { kernel: vector, lanes: 4 };
}
