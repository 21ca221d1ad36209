import { invalid } from "../engine/errors.ts";
import {
	elementGrid,
	single,
	type Variant,
	vectorized,
} from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { formatShape, type Shape, sizeOf } from "../engine/shape.ts";
import { finite, hasRank } from "./attributes.ts";
import { stepDigits } from "./grid.ts";
import windowKernel from "./window.wgsl";

const vectorKernel = /* @__PURE__ */ vectorized(windowKernel);

/** Pixels per side. */
export type Sides = readonly [
	top: number,
	bottom: number,
	left: number,
	right: number,
];

/** Attributes of `pad`. */
export interface PadAttrs {
	/** Pixels added: [top, bottom, left, right]. */
	readonly padding: Sides;
	/** What the new pixels hold; default 0. */
	readonly value: number;
}

/** Attributes of `crop`. */
export interface CropAttrs {
	/** Pixels removed: [top, bottom, left, right]. */
	readonly padding: Sides;
}

/** Where an array of images lies in another: each image is rows of elements. */
export interface Placement {
	readonly x: readonly [height: number, width: number];
	readonly y: readonly [height: number, width: number];
	/** Position of x's first element in y; negative where x begins before y. */
	readonly top: number;
	readonly left: number;
}

/** Adds pixels of `value` around images; x [N, H, W, C] -> [N, top+H+bottom, left+W+right, C]; any element type but u8. */
export const pad: Op<["x"], PadAttrs> = /* @__PURE__ */ defineOp({
	name: "pad",
	inputs: ["x"],
	dtypes: { x: "any" },
	defaults: { padding: [0, 0, 0, 0] as Sides, value: 0 },
	shape({ x }, { padding, value }) {
		finite("value", value);
		return resized(x, padding, 1);
	},
	reference({ x }, { padding: [top, , left], value }, y) {
		y.data.fill(value);
		eachPixel(x.shape, (at, n, h, w, c) => {
			y.data[index(y.shape, n, h + top, w + left, c)] = x.data[at];
		});
	},
	launch: ({ shapes: { x }, y, attrs: { padding, value } }) =>
		launchWindow(
			imagePlacement(x, y, padding[0], padding[2]),
			sizeOf(y),
			value,
		),
	grad: { x: ({ dy, attrs: { padding } }) => crop(dy, { padding }) },
});

/** Removes pixels around images; x [N, H, W, C] -> [N, H-top-bottom, W-left-right, C]; any element type but u8. */
export const crop: Op<["x"], CropAttrs> = /* @__PURE__ */ defineOp({
	name: "crop",
	inputs: ["x"],
	dtypes: { x: "any" },
	defaults: { padding: [0, 0, 0, 0] as Sides },
	shape: ({ x }, { padding }) => resized(x, padding, -1),
	reference({ x }, { padding: [top, , left] }, y) {
		eachPixel(y.shape, (at, n, h, w, c) => {
			y.data[at] = x.data[index(x.shape, n, h + top, w + left, c)];
		});
	},
	launch: ({ shapes: { x }, y, attrs: { padding } }) =>
		launchWindow(imagePlacement(x, y, -padding[0], -padding[2]), sizeOf(y), 0),
	grad: { x: ({ dy, attrs: { padding } }) => pad(dy, { padding }) },
});

/** The launch of window.wgsl: y has `n` elements, `value` where x has none. */
export function launchWindow(
	{ x, y, top, left }: Placement,
	n: number,
	value: number,
): Variant[] {
	const variant = (kernel: typeof windowKernel, lanes: number) =>
		single({
			kernel,
			params: {
				n: n / lanes,
				value,
				top,
				left: left / lanes,
				xSize: [x[0], x[1] / lanes],
				ySize: [y[0], y[1] / lanes],
				step: stepDigits([y[1] / lanes, y[0]]),
			},
			grid: elementGrid(n / lanes),
		});
	const scalar = variant(windowKernel, 1);
	const fours = [x[1], y[1], left].every((extent) => extent % 4 === 0);
	return fours ? [variant(vectorKernel, 4), scalar] : [scalar];
}

/** Pixels side by side are one row of elements. */
function imagePlacement(
	x: Shape,
	y: Shape,
	top: number,
	left: number,
): Placement {
	return {
		x: [x[1], x[2] * x[3]],
		y: [y[1], y[2] * y[3]],
		top,
		left: left * x[3],
	};
}

function resized(x: Shape, sides: Sides, sign: 1 | -1): Shape {
	hasRank("x", x, 4, "[N, H, W, C]");
	if (
		sides.length !== 4 ||
		!sides.every((p) => Number.isInteger(p) && p >= 0)
	) {
		invalid(
			`padding [${sides}] must be four integers >= 0: [top, bottom, left, right]`,
		);
	}
	const [top, bottom, left, right] = sides;
	const y = [
		x[0],
		x[1] + sign * (top + bottom),
		x[2] + sign * (left + right),
		x[3],
	];
	if (y[1] < 1 || y[2] < 1) {
		invalid(`cropping [${sides}] leaves nothing of ${formatShape(x)}`);
	}
	return y;
}

function index(
	shape: Shape,
	n: number,
	h: number,
	w: number,
	c: number,
): number {
	return ((n * shape[1] + h) * shape[2] + w) * shape[3] + c;
}

function eachPixel(
	[images, height, width, channels]: Shape,
	visit: (at: number, n: number, h: number, w: number, c: number) => void,
): void {
	let at = 0;
	for (let n = 0; n < images; n++)
		for (let h = 0; h < height; h++)
			for (let w = 0; w < width; w++)
				for (let c = 0; c < channels; c++) visit(at++, n, h, w, c);
}
