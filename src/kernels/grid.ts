import { ceilDiv, type Grid, linearGrid } from "../engine/kernel.ts";

/** Grid of a kernel whose workgroups of 64 invocations do 8 elements each. */
export function elementGrid(elements: number): Grid {
	return linearGrid(ceilDiv(elements, 512));
}

/** Grid of a kernel with one invocation per item, 64 to a workgroup. */
export function itemGrid(items: number): Grid {
	return linearGrid(ceilDiv(items, 64));
}
