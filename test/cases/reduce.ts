import { extremeInputGrad, max, min } from "../../src/kernels/extreme.ts";
import { broadcastTo, mean, sum } from "../../src/kernels/reduce.ts";
import { type Case, distinct, fails, normal, row, timed } from "../case.ts";

const reductions: [x: number[], attrs: object][] = [
	[[1], {}],
	[[], {}],
	[[5, 7, 3], {}],
	[[5, 7, 3], { keepDims: true }],
	[[5, 7, 3], { axes: [0, 2] }],
	[[5, 7, 3], { axes: [0, 2], keepDims: true }],
	[[5, 7, 3], { axes: [-1] }],
	[[5, 7, 3], { axes: [] }],
	[[3, 1, 11], { axes: [1] }],
	[[2, 3, 2, 3], { axes: [0, 2] }],
	// Above 128 rows: two stages; above one workgroup in both.
	[[2, 17, 19, 59], { axes: [0, 1, 2] }],
	[[131, 5], { axes: [0], keepDims: true }],
	[[70, 150], { axes: [1] }],
	[[128, 3], { axes: [0] }],
];

export const cases: Case[] = [
	...[sum, mean, max, min].flatMap((op) => [
		...reductions.map(([x, attrs]) => row(op, { x: distinct(...x) }, attrs)),
		fails(
			op,
			{ x: normal(2, 3) },
			{ axes: [2] },
			"axis 2 does not exist in shape [2,3]",
		),
		fails(
			op,
			{ x: normal(2, 3, 2, 3, 2) },
			{ axes: [0, 2, 4] },
			"alternates over more than 4 dimensions",
		),
		fails(
			op,
			{ x: normal(2, 3) },
			{ axes: [1, -1] },
			"axes 1,-1 repeat an axis",
		),
		timed(op, { x: normal(4, 64, 64, 32) }, { axes: [0, 1, 2] }),
	]),
	...[{}, { smallest: true }].flatMap((attrs) => [
		...[[1], [7, 3], [2, 5, 11], [3, 401]].map((x) =>
			row(
				extremeInputGrad,
				{ x: distinct(...x), dy: normal(...x.slice(0, -1)) },
				attrs,
			),
		),
		fails(
			extremeInputGrad,
			{ x: normal(2, 3), dy: normal(3) },
			attrs,
			"dy is [3] but must be [2], the shape of x without its last axis",
		),
		timed(
			extremeInputGrad,
			{ x: normal(4, 64, 64, 32), dy: normal(4, 64, 64) },
			attrs,
		),
	]),
	fails(
		extremeInputGrad,
		{ x: normal(), dy: normal() },
		{},
		"x is a scalar but must be [..., K]",
	),
	// Three stages.
	row(sum, { x: normal(40009) }),
	timed(sum, { x: normal(4, 64, 64, 32) }),
	timed(sum, { x: normal(4, 64, 64, 32) }, { axes: [-1] }),

	row(broadcastTo, { x: normal() }, { shape: [2, 3] }),
	row(broadcastTo, { x: normal(3) }, { shape: [5, 7, 3] }),
	row(broadcastTo, { x: normal(5, 1, 3) }, { shape: [2, 5, 7, 3] }),
	row(
		broadcastTo,
		{ x: normal(5, 3) },
		{ shape: [5, 37, 3, 2], axes: [1, -1] },
	),
	row(broadcastTo, { x: normal(4, 2) }, { shape: [4, 2] }),
	fails(
		broadcastTo,
		{ x: normal(5, 3) },
		{ shape: [3, 5] },
		"x [5,3] does not repeat to [3,5]",
	),
	fails(
		broadcastTo,
		{ x: normal(5, 3) },
		{ shape: [5, 3, 2], axes: [0, 1] },
		"x [5,3] and 2 axes do not make [5,3,2]",
	),
	timed(broadcastTo, { x: normal(32) }, { shape: [4, 64, 64, 32] }),
];
