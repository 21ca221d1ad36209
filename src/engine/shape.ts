/** Extents of a tensor, outermost first; images are [N, H, W, C]. */
export type Shape = readonly number[];

/** Number of elements of a shape; 1 for a scalar `[]`. */
export function sizeOf(shape: Shape): number {
	return shape.reduce((a, b) => a * b, 1);
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
	return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** `[4,64,64,3]` as errors print it. */
export function formatShape(shape: Shape): string {
	return `[${shape.join(",")}]`;
}
