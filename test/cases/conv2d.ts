import {
	conv2d,
	conv2dInputGrad,
	conv2dWeightGrad,
} from "../../src/kernels/conv2d.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

/** Geometries that all three convolution ops are held to: [N,H,W,C], [kh,kw], O, attributes. */
const windows: [
	x: [number, number, number, number],
	kernel: [number, number],
	o: number,
	attrs: {
		stride?: number | [number, number];
		dilation?: number | [number, number];
		padding?: "same" | "valid" | number | [number, number, number, number];
		groups?: number;
	},
][] = [
	[[1, 1, 1, 1], [1, 1], 1, {}],
	[[2, 7, 9, 3], [3, 3], 5, { padding: "same" }],
	[[1, 13, 11, 1], [3, 3], 8, { padding: "same" }],
	[[2, 6, 5, 8], [3, 3], 8, { padding: "same" }],
	[[1, 9, 7, 4], [3, 3], 12, { padding: 1 }],
	[[2, 5, 6, 12], [3, 3], 4, { padding: "valid" }],
	[[1, 4, 4, 59], [1, 1], 11, {}],
	[[1, 5, 5, 8], [1, 1], 11, {}],
	// 1x1 as a matrix product, above one workgroup of 64 x 8 pixels.
	[[1, 1, 1, 4], [1, 1], 4, {}],
	[[2, 5, 7, 12], [1, 1], 20, {}],
	[[3, 17, 19, 8], [1, 1], 4, { padding: "same" }],
	[[1, 6, 5, 8], [1, 1], 4, { stride: 2 }],
	[[1, 8, 8, 8], [2, 2], 16, { stride: 2 }],
	[[1, 9, 11, 8], [3, 3], 8, { stride: 2, padding: "same" }],
	[[1, 10, 10, 4], [3, 3], 8, { stride: 2, padding: "same" }],
	[[2, 10, 7, 3], [5, 5], 4, { stride: 2, padding: "same" }],
	[[1, 11, 13, 8], [5, 5], 8, { padding: "same" }],
	[[1, 12, 9, 4], [3, 3], 4, { dilation: 2, padding: "same" }],
	[[1, 12, 12, 4], [3, 3], 8, { dilation: 3, stride: 2, padding: 3 }],
	[
		[1, 9, 8, 5],
		[3, 2],
		3,
		{ stride: [1, 2], dilation: [2, 1], padding: [2, 0, 1, 3] },
	],
	[[1, 7, 7, 4], [4, 4], 4, { stride: 3, padding: [0, 1, 2, 0] }],
	[[1, 3, 3, 4], [7, 7], 4, { padding: 3 }],
	[[1, 8, 7, 4], [3, 3], 8, { stride: [2, 1], padding: 1 }],
	// Transposed 2x2: above one workgroup, odd channels, unequal strides.
	[[2, 22, 34, 12], [2, 2], 5, { stride: 2 }],
	[[1, 6, 9, 2], [2, 3], 7, { stride: [2, 3] }],
	// Kernel shorter than the stride: pixels that no tap reaches get zero gradient.
	[[1, 8, 9, 4], [2, 2], 8, { stride: 3 }],
	// Above one workgroup in pixels (64 x 8) and in channel tiles.
	[[1, 29, 37, 8], [3, 3], 20, { padding: "same" }],
	[[3, 20, 19, 3], [3, 3], 7, { padding: "same" }],
	[[1, 6, 6, 36], [3, 3], 40, { padding: "same" }],
	// Strips of 2 x 8 pixels: above one workgroup, odd ends, kernels of other heights, uneven padding.
	[[3, 33, 71, 8], [3, 3], 12, { padding: "same" }],
	[[2, 9, 17, 4], [2, 3], 8, { padding: [0, 1, 2, 0] }],
	[[1, 8, 10, 12], [5, 3], 4, { padding: "valid" }],
	[[1, 7, 18, 5], [3, 3], 8, { padding: "same" }],
	[[2, 5, 9, 4], [3, 3], 6, { padding: "same" }],
	// More channels than one tile of shared loads, an odd number of them on either side.
	[[1, 17, 19, 3], [3, 3], 59, { padding: "same" }],
	[[1, 11, 13, 37], [3, 3], 2, { stride: [1, 2], padding: "same" }],
	// In groups: equal and unequal channels, odd ones, of one channel each (depthwise, also in fours).
	[[2, 7, 9, 6], [3, 3], 9, { groups: 3, padding: "same" }],
	[[1, 9, 8, 10], [3, 2], 4, { groups: 2, stride: [1, 2], padding: 1 }],
	[[1, 12, 9, 8], [3, 3], 8, { groups: 2, dilation: 2, padding: "same" }],
	[[1, 7, 7, 35], [4, 4], 7, { groups: 7, stride: 3, padding: [0, 1, 2, 0] }],
	[[2, 5, 6, 4], [3, 3], 12, { groups: 4, padding: "same" }],
	[[1, 4, 4, 12], [1, 1], 4, { groups: 4 }],
	[[2, 7, 9, 5], [3, 3], 5, { groups: 5, padding: "same" }],
	[[2, 9, 11, 12], [3, 3], 12, { groups: 12, padding: "same" }],
	[[1, 10, 7, 8], [5, 3], 8, { groups: 8, stride: 2, padding: "same" }],
	[
		[1, 9, 8, 4],
		[3, 2],
		4,
		{ groups: 4, stride: [3, 1], dilation: [1, 2], padding: [2, 0, 1, 3] },
	],
	[[1, 23, 19, 8], [3, 3], 8, { groups: 8, padding: 1 }],
	// Rows of more than one tile in each phase.
	[[1, 5, 19, 4], [3, 3], 4, { groups: 2, stride: 2, padding: 1 }],
	[[1, 3, 29, 8], [3, 5], 8, { groups: 8, stride: [1, 3], padding: "same" }],
	// Weight gradients in chunks of several rows, the last one shorter.
	[[3, 13, 4, 12], [5, 5], 12, { groups: 3, padding: 2 }],
	[[3, 13, 3, 64], [5, 5], 64, { groups: 64, padding: 2 }],
];

const rows = windows.flatMap(([x, kernel, o, attrs]) => {
	const w = normal(...kernel, x[3] / (attrs.groups ?? 1), o);
	const dy = normal(...outputShape(x, kernel, o, attrs));
	return [
		row(conv2d, { x: normal(...x), w }, attrs),
		row(conv2dInputGrad, { dy, w }, { ...attrs, size: [x[1], x[2]] }),
		row(conv2dWeightGrad, { x: normal(...x), dy }, { ...attrs, kernel }),
	];
});

function outputShape(
	x: readonly number[],
	kernel: readonly number[],
	o: number,
	attrs: { groups?: number },
): number[] {
	const w = [...kernel, x[3] / (attrs.groups ?? 1), o];
	const shapes = { x, w, b: undefined };
	return [...conv2d.spec.shape(shapes, { ...conv2d.spec.defaults, ...attrs })];
}

const speed = (
	[
		[[4, 64, 64, 64], 64],
		[[4, 128, 128, 3], 32],
		[[4, 128, 128, 3], 8],
		[[4, 64, 64, 16], 16],
		[[4, 128, 128, 16], 8],
		[[4, 16, 16, 256], 256],
		[[4, 10, 10, 256], 256],
		[[1, 8, 8, 512], 512],
		// A head for 11 classes.
		[[4, 64, 64, 32], 11, 1],
	] as const
).flatMap(([x, o, k = 3]) => {
	const w = normal(k, k, x[3], o);
	const dy = normal(x[0], x[1], x[2], o);
	const same = { padding: "same" };
	return [
		timed(conv2d, { x: normal(...x), w }, same),
		timed(conv2dInputGrad, { dy, w }, { ...same, size: [x[1], x[2]] }),
		timed(
			conv2dWeightGrad,
			{ x: normal(...x), dy },
			{ ...same, kernel: [k, k] },
		),
	];
});

/** Convolution and its two gradients, with and without bias, and the calls they reject. */
export const cases: Case[] = [
	...rows,
	row(conv2d, { x: normal(1, 5, 6, 4), w: normal(3, 3, 4, 12), b: normal(12) }),
	row(conv2d, { x: normal(1, 5, 6, 8), w: normal(1, 1, 8, 12), b: normal(12) }),
	row(
		conv2d,
		{ x: normal(1, 5, 6, 3), w: normal(3, 3, 3, 5), b: normal(5) },
		{ padding: "same" },
	),
	row(
		conv2d,
		{ x: normal(1, 5, 6, 3), w: normal(3, 3, 3, 37), b: normal(37) },
		{ padding: "same" },
	),
	row(
		conv2d,
		{ x: normal(1, 5, 6, 6), w: normal(3, 3, 3, 4), b: normal(4) },
		{ groups: 2 },
	),
	row(
		conv2d,
		{ x: normal(1, 5, 6, 8), w: normal(3, 3, 1, 8), b: normal(8) },
		{ groups: 8 },
	),
	...speed,
	timed(
		conv2d,
		{ x: normal(4, 64, 64, 32), w: normal(3, 3, 1, 32) },
		{ padding: "same", groups: 32 },
	),
	timed(
		conv2dInputGrad,
		{ dy: normal(4, 64, 64, 32), w: normal(3, 3, 1, 32) },
		{ padding: "same", groups: 32, size: [64, 64] },
	),
	timed(
		conv2dWeightGrad,
		{ x: normal(4, 64, 64, 32), dy: normal(4, 64, 64, 32) },
		{ padding: "same", groups: 32, kernel: [3, 3] },
	),
	fails(
		conv2d,
		{ x: normal(5, 5, 3), w: normal(3, 3, 3, 4) },
		{},
		"x must have rank 4",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(3, 3, 3) },
		{},
		"w must have rank 4",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(3, 3, 4, 4) },
		{},
		"x has 3 channels but w takes 4",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 6), w: normal(3, 3, 6, 4) },
		{ groups: 2 },
		"x has 6 channels but w takes 6 in each of 2 groups",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 6), w: normal(3, 3, 2, 4) },
		{ groups: 3 },
		"groups 3 must divide the 6 input and 4 output channels",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 6), w: normal(3, 3, 12, 4) },
		{ groups: 0.5 },
		"groups 0.5 must be positive integers",
	),
	fails(
		conv2dWeightGrad,
		{ x: normal(1, 5, 5, 3), dy: normal(1, 3, 3, 4) },
		{ kernel: [3, 3], groups: 2 },
		"groups 2 must divide the 3 input and 4 output channels",
	),
	fails(
		conv2dInputGrad,
		{ dy: normal(1, 3, 3, 4), w: normal(3, 3, 3, 4) },
		{ size: [5, 5], groups: 3 },
		"groups 3 must divide the 9 input and 4 output channels",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(3, 3, 3, 4), b: normal(3) },
		{},
		"b must have shape [4]",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(3, 3, 3, 4) },
		{ stride: 0 },
		"stride 0x0 must be positive integers",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(3, 3, 3, 4) },
		{ padding: -1 },
		"padding -1 must be",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(7, 7, 3, 4) },
		{},
		"the window spans 7 pixels",
	),
	fails(
		conv2d,
		{ x: normal(1, 5, 5, 3), w: normal(3, 3, 3, 4) },
		{ strides: 2 },
		"unknown attribute strides",
	),
	fails(
		conv2dInputGrad,
		{ dy: normal(1, 3, 3, 4), w: normal(3, 3, 3, 5) },
		{ size: [5, 5] },
		"dy has 4 channels but w gives 5",
	),
	fails(
		conv2dInputGrad,
		{ dy: normal(1, 3, 3, 4), w: normal(3, 3, 3, 4) },
		{ size: [9, 9] },
		"gives 7x7 pixels, but dy has 3x3",
	),
	fails(
		conv2dWeightGrad,
		{ x: normal(2, 5, 5, 3), dy: normal(1, 3, 3, 4) },
		{ kernel: [3, 3] },
		"x is a batch of 2 but dy of 1",
	),
	fails(
		conv2dWeightGrad,
		{ x: normal(1, 5, 5, 3), dy: normal(1, 3, 3, 4) },
		{ kernel: [2, 2] },
		"gives 4x4 pixels, but dy has 3x3",
	),
];
