import { gather, gatherInputGrad } from "../../src/kernels/gather.ts";
import { oneHot } from "../../src/kernels/one-hot.ts";
import { reshape } from "../../src/kernels/reshape.ts";
import { transpose } from "../../src/kernels/transpose.ts";
import {
	type Case,
	fails,
	integers,
	labels,
	normal,
	row,
	timed,
} from "../case.ts";

const orders: [x: number[], axes?: number[]][] = [
	[[]],
	[[5]],
	[[7, 11]],
	[[67, 131]],
	[[3, 1, 5]],
	[[5, 7, 3]],
	// In fours: the last axis stays.
	[
		[5, 7, 12],
		[1, 0, 2],
	],
	[
		[3, 37, 5, 8],
		[0, 2, 1, -1],
	],
	// NHWC to NCHW and back.
	[
		[2, 13, 11, 3],
		[0, 3, 1, 2],
	],
	[
		[2, 3, 13, 11],
		[0, 2, 3, 1],
	],
	// Patches of 4 x 4 pixels: six axes in four runs.
	[
		[2, 3, 4, 5, 4, 3],
		[0, 1, 3, 2, 4, 5],
	],
	[
		[2, 3, 5, 7],
		[3, 2, 1, 0],
	],
	[
		[5, 4],
		[0, 1],
	],
];

export const cases: Case[] = [
	row(reshape, { x: normal(2, 3, 5) }),
	row(reshape, { x: normal(2, 3, 5) }, { shape: [6, 5] }),
	row(reshape, { x: normal(2, 3, 5) }, { shape: [5, -1, 3, 1] }),
	row(reshape, { x: normal(1) }, { shape: [] }),
	row(reshape, { x: normal() }, { shape: [1, 1] }),
	fails(
		reshape,
		{ x: normal(2, 3) },
		{ shape: [4, -1] },
		"6 elements of x do not fill [4,-1]; give extents whose product is 6",
	),
	fails(reshape, { x: normal(2, 3) }, { shape: [5] }, "do not fill [5]"),
	fails(reshape, { x: normal(2, 3) }, { shape: [-1, -1] }, "fill [-1,-1]"),
	fails(reshape, { x: normal(2, 3) }, { shape: [-2, -3] }, "fill [-2,-3]"),

	...orders.map(([x, axes]) =>
		row(transpose, { x: normal(...x) }, axes ? { axes } : {}),
	),
	fails(
		transpose,
		{ x: normal(2, 3) },
		{ axes: [0, 0] },
		"axes [0,0] must name every axis of [2,3] once",
	),
	fails(
		transpose,
		{ x: normal(2, 3) },
		{ axes: [1] },
		"axes [1] must name every axis",
	),
	fails(
		transpose,
		{ x: normal(2, 3) },
		{ axes: [0, 2] },
		"axis 2 does not exist in shape [2,3]",
	),
	fails(
		transpose,
		{ x: normal(2, 3, 2, 3, 2) },
		{},
		"axes [4,3,2,1,0] move more than 4 runs of axes",
	),
	timed(transpose, { x: normal(4, 64, 64, 32) }, { axes: [0, 3, 1, 2] }),
	timed(transpose, { x: normal(4, 64, 64, 32) }, { axes: [0, 2, 1, 3] }),

	...[
		{ x: [1], indices: [1] },
		{ x: [7], indices: [] },
		{ x: [7, 3], indices: [5] },
		{ x: [7, 8], indices: [5, 3] },
		{ x: [67, 2, 6], indices: [131] },
		{ x: [13, 11], indices: [2, 59] },
	].flatMap(({ x, indices }) => {
		const at = labels(x[0], indices);
		const dy = normal(...indices, ...x.slice(1));
		return [
			row(gather, { x: normal(...x), indices: at }),
			row(gatherInputGrad, { dy, indices: at }, { rows: x[0] }),
		];
	}),
	// Indices that are no row are not added anywhere.
	row(
		gatherInputGrad,
		{ dy: normal(4, 3), indices: integers([2, -1, 5, 2], [4]) },
		{ rows: 5 },
	),
	row(
		gather,
		{ x: normal(5, 3), indices: integers([2, -1, 5, 2], [4]) },
		{ fill: 0.5 },
	),
	fails(
		gather,
		{ x: normal(), indices: labels(3, [2]) },
		{},
		"x is a scalar but must be [R, ...]",
	),
	fails(
		gather,
		{ x: normal(3, 2), indices: normal(2) },
		{},
		"indices is f32 but must be i32",
	),
	fails(
		gatherInputGrad,
		{ dy: normal(4, 3), indices: labels(3, [3]) },
		{ rows: 3 },
		"dy [4,3] must begin with the shape of indices, [3]",
	),
	fails(
		gatherInputGrad,
		{ dy: normal(4, 3), indices: labels(3, [4]) },
		{ rows: 0 },
		"rows 0 must be an integer of at least 1",
	),
	timed(gather, { x: normal(1024, 64), indices: labels(1024, [4096]) }),
	timed(
		gatherInputGrad,
		{ dy: normal(4096, 64), indices: labels(1024, [4096]) },
		{ rows: 1024 },
	),

	...[1, 3, 59].map((classes) =>
		row(oneHot, { labels: labels(classes, [2, 37], 255) }, { classes }),
	),
	row(oneHot, { labels: integers([2, -1, 3, 0], [4]) }, { classes: 3 }),
	row(oneHot, { labels: integers([1], []) }, { classes: 2 }),
	fails(
		oneHot,
		{ labels: labels(3, [4]) },
		{ classes: 1.5 },
		"classes 1.5 must be an integer of at least 1",
	),
	fails(oneHot, { labels: normal(4) }, {}, "labels is f32 but must be i32"),
	timed(oneHot, { labels: labels(21, [4, 128, 128]) }, { classes: 21 }),
];
