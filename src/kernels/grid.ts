import { ceilDiv, type Grid, linearGrid } from "../engine/kernel.ts";

/** Elements between two that one invocation of such a kernel does. */
const STEP = 64;

/**
 * STEP counted in digits, the innermost first, of the given extents; one more
 * digit takes the rest. Kernels add it to an index they keep in such digits,
 * because integer division is slow on every adapter.
 */
export function stepDigits(extents: readonly number[]): number[] {
	let rest = STEP;
	const digits = extents.map((extent) => {
		const digit = rest % extent;
		rest = Math.floor(rest / extent);
		return digit;
	});
	return [...digits, rest];
}

/** Grid of a kernel with one invocation per item, 64 to a workgroup. */
export function itemGrid(items: number): Grid {
	return linearGrid(ceilDiv(items, 64));
}
