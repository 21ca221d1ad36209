/** A point as x, y. */
export type Point = readonly [x: number, y: number];

/** Values that shapes are drawn into, H,W. */
export interface Canvas {
	readonly height: number;
	readonly width: number;
	readonly values: Uint8Array;
}

/** Fills the pixels `from` to `to` of row `y`, both included, as far as they are on the canvas. */
export function fillRow(
	{ height, width, values }: Canvas,
	y: number,
	from: number,
	to: number,
	ink: number,
): void {
	if (y < 0 || y >= height || from >= width || to < 0) return;
	const start = y * width;
	values.fill(
		ink,
		start + Math.max(from, 0),
		start + Math.min(to, width - 1) + 1,
	);
}
