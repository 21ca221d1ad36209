import { invalid } from "../engine/errors.ts";
import type { Shape } from "../engine/shape.ts";
import { hasRank } from "./attributes.ts";
import {
	type Extents,
	outputExtent,
	type Padding,
	pair,
	positiveIntegers,
	resolvePadding,
} from "./padding.ts";

/** Attributes of pooling. */
export interface PoolAttrs {
	/** Window [height, width] in pixels, or one number for both; default 2. */
	readonly size: number | Extents;
	/** Step between windows; default 2. */
	readonly stride: number | Extents;
	/** Default "valid". Padded pixels do not count: they never win and change no average. */
	readonly padding: Padding;
}

export const poolDefaults: PoolAttrs = { size: 2, stride: 2, padding: "valid" };

/** Shape of the pooled x [N, H, W, C]; rejects windows that do not fit or would hold no pixel. */
export function pooledShape(x: Shape, attrs: PoolAttrs): Shape {
	hasRank("x", x, 4, "[N, H, W, C]");
	positiveIntegers("window", pair(attrs.size));
	const { size, stride, top, bottom, left, right } = resolved(x, attrs);
	if (Math.max(top, bottom) >= size[0] || Math.max(left, right) >= size[1]) {
		invalid(
			`padding [${[top, bottom, left, right]}] must be smaller than the window ${size.join("x")}, or a window would hold no pixel`,
		);
	}
	return [
		x[0],
		outputExtent(x[1], size[0], stride[0], 1, top, bottom),
		outputExtent(x[2], size[1], stride[1], 1, left, right),
		x[3],
	];
}

/** Uniform fields of the pooling kernels, [height, width] each. */
export function poolParams(x: Shape, y: Shape, attrs: PoolAttrs) {
	const { size, stride, top, left } = resolved(x, attrs);
	return {
		channels: x[3],
		xSize: [x[1], x[2]],
		ySize: [y[1], y[2]],
		window: size,
		stride,
		before: [top, left],
	};
}

/** Visits every element of the output with the offsets of its window's elements of x, in row-major order. */
export function eachWindow(
	x: Shape,
	[images, rows, columns, channels]: Shape,
	attrs: PoolAttrs,
	visit: (y: number, window: readonly number[]) => void,
): void {
	const [, height, width] = x;
	const { size, stride, top, left } = resolved(x, attrs);
	let y = 0;
	for (let n = 0; n < images; n++)
		for (let oy = 0; oy < rows; oy++)
			for (let ox = 0; ox < columns; ox++)
				for (let c = 0; c < channels; c++) {
					const window: number[] = [];
					for (let i = 0; i < size[0]; i++)
						for (let j = 0; j < size[1]; j++) {
							const h = oy * stride[0] - top + i;
							const w = ox * stride[1] - left + j;
							if (h < 0 || h >= height || w < 0 || w >= width) continue;
							window.push(((n * height + h) * width + w) * channels + c);
						}
					visit(y++, window);
				}
}

function resolved(x: Shape, attrs: PoolAttrs) {
	const size = pair(attrs.size);
	const stride = pair(attrs.stride);
	const pads = resolvePadding(
		attrs.padding,
		[x[1], x[2]],
		size,
		stride,
		[1, 1],
	);
	return { ...pads, size, stride };
}
