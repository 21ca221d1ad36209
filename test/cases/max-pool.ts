import { maxPool, maxPoolInputGrad } from "../../src/kernels/max-pool.ts";
import {
	type Case,
	distinct,
	exactly,
	fails,
	normal,
	row,
	timed,
} from "../case.ts";

const windows: [x: number[], attrs: object][] = [
	[[1, 2, 2, 1], {}],
	[[2, 8, 10, 3], {}],
	[[1, 7, 5, 5], {}],
	[[1, 7, 5, 4], { padding: "same" }],
	[[3, 13, 11, 8], { size: 3, stride: 2, padding: "same" }],
	[[2, 13, 11, 11], { size: [3, 2], stride: [1, 3], padding: [2, 1, 0, 1] }],
	[[1, 9, 9, 1], { size: 3, stride: 3, padding: 1 }],
	[[1, 6, 7, 2], { size: 1, stride: 2 }],
	[[1, 6, 7, 59], { size: [2, 3], stride: [2, 3], padding: [1, 0, 2, 2] }],
	[[1, 5, 5, 4], { size: 5, stride: 5 }],
	[[1, 1, 1, 8], { size: 3, stride: 1, padding: "same" }],
	// Above one workgroup of 256.
	[[2, 18, 22, 12], {}],
	[[2, 7, 6, 8], {}],
	[[2, 5, 8, 8], { padding: "same" }],
	[[1, 6, 6, 4], { padding: 1 }],
];

/** Shape of the pooled output, worked by hand. */
const pooled: number[][] = [
	[1, 1, 1, 1],
	[2, 4, 5, 3],
	[1, 3, 2, 5],
	[1, 4, 3, 4],
	[3, 7, 6, 8],
	[2, 14, 4, 11],
	[1, 3, 3, 1],
	[1, 3, 4, 2],
	[1, 3, 3, 59],
	[1, 1, 1, 4],
	[1, 1, 1, 8],
	[2, 9, 11, 12],
	[2, 3, 3, 8],
	[2, 3, 4, 8],
	[1, 4, 4, 4],
];

export const cases: Case[] = [
	...windows.map(([x, attrs]) => row(maxPool, { x: distinct(...x) }, attrs)),
	...windows.map(([x, attrs], i) =>
		row(
			maxPoolInputGrad,
			{ x: distinct(...x), dy: normal(...pooled[i]) },
			attrs,
		),
	),
	// Ties, apart and overlapping, with one channel and with four.
	...[1, 4].flatMap((c) =>
		[{}, { size: 2, stride: 1, padding: "same" }].map((attrs, i) =>
			row(
				maxPoolInputGrad,
				{
					x: exactly(
						[1, 1, 0, 0, 1, 1, -2, 0].flatMap((v) => Array(c).fill(v)),
						[1, 2, 4, c],
					),
					dy: i ? normal(1, 2, 4, c) : normal(1, 1, 2, c),
				},
				attrs,
			),
		),
	),
	fails(
		maxPool,
		{ x: normal(4, 4, 3) },
		{},
		"x has rank 3 but must be [N, H, W, C]",
	),
	fails(
		maxPool,
		{ x: normal(1, 4, 4, 3) },
		{ size: 0 },
		"window 0x0 must be positive integers",
	),
	fails(
		maxPool,
		{ x: normal(1, 4, 4, 3) },
		{ stride: [1, 1.5] },
		"stride 1x1.5 must be positive integers",
	),
	fails(
		maxPool,
		{ x: normal(1, 4, 4, 3) },
		{ padding: 2 },
		"padding [2,2,2,2] must be smaller than the window 2x2",
	),
	fails(
		maxPool,
		{ x: normal(1, 4, 4, 3) },
		{ padding: -1 },
		'padding -1 must be "same", "valid"',
	),
	fails(
		maxPool,
		{ x: normal(1, 1, 4, 3) },
		{},
		"the window spans 2 pixels but the padded input has only 1",
	),
	fails(
		maxPoolInputGrad,
		{ x: normal(1, 4, 4, 3), dy: normal(1, 4, 4, 3) },
		{},
		"dy is [1,4,4,3] but must be [1,2,2,3], the shape of maxPool's output",
	),
	timed(maxPool, { x: normal(4, 64, 64, 32) }),
	timed(
		maxPool,
		{ x: normal(4, 64, 64, 32) },
		{ size: 3, stride: 2, padding: "same" },
	),
	timed(maxPoolInputGrad, {
		x: normal(4, 64, 64, 32),
		dy: normal(4, 32, 32, 32),
	}),
];
