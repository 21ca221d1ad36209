import { concat, embed, slice } from "../../src/kernels/concat.ts";
import { crop, pad } from "../../src/kernels/window.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

const large = [4, 64, 64, 32];

export const cases: Case[] = [
	row(concat, { a: normal(1), b: normal(1) }),
	row(concat, { a: normal(2, 5, 7, 3), b: normal(2, 5, 7, 5) }),
	row(concat, { a: normal(3, 11), b: normal(1, 11) }, { axis: 0 }),
	row(concat, { a: normal(3, 4, 11), b: normal(3, 59, 11) }, { axis: 1 }),
	row(concat, { a: normal(2, 3, 5), b: normal(2, 3, 5) }, { axis: -2 }),
	fails(
		concat,
		{ a: normal(2, 3), b: normal(3, 3) },
		{},
		"shapes [2,3] and [3,3] differ outside axis 1",
	),
	fails(concat, { a: normal(2, 3), b: normal(3) }, {}, "differ outside axis 1"),
	fails(
		concat,
		{ a: normal(2, 3), b: normal(2, 3) },
		{ axis: 2 },
		"axis 2 does not exist in shape [2,3]",
	),

	row(slice, { x: normal(1) }),
	row(slice, { x: normal(3, 5, 7, 11) }, { start: 3, size: 5 }),
	row(slice, { x: normal(3, 5, 59) }, { axis: 1, start: 2 }),
	row(slice, { x: normal(7, 131) }, { axis: 0, start: 6, size: 1 }),
	row(
		slice,
		{ x: normal(2, 5) },
		{ axis: 0, start: 1, size: 1, keepDims: false },
	),
	row(
		slice,
		{ x: normal(3, 4, 5) },
		{ axis: 1, start: 3, size: 1, keepDims: false },
	),
	fails(
		slice,
		{ x: normal(2, 5) },
		{ start: 3, size: 3 },
		"start 3 and size 3 do not lie in axis 1, which has extent 5",
	),
	fails(slice, { x: normal(2, 5) }, { start: -1 }, "start -1 and size -1"),
	fails(slice, { x: normal(2, 5) }, { size: 0 }, "start 0 and size 0"),
	fails(
		slice,
		{ x: normal(2, 5) },
		{ keepDims: false },
		"keepDims false needs size 1, not 5",
	),

	row(embed, { x: normal(1) }, { shape: [1] }),
	row(embed, { x: normal(3, 5, 7, 5) }, { shape: [3, 5, 7, 11], start: 3 }),
	row(embed, { x: normal(3, 5) }, { shape: [3, 4, 5], axis: 1, start: 3 }),
	row(embed, { x: normal(1, 131) }, { shape: [7, 131], axis: 0, start: 2 }),
	fails(
		embed,
		{ x: normal(3, 5) },
		{ shape: [4, 7] },
		"x [3,5] is no slice of [4,7] along axis 1",
	),
	fails(
		embed,
		{ x: normal(3, 5) },
		{ shape: [3, 7], start: 3 },
		"start 3 and size 5 do not lie in axis 1, which has extent 7",
	),

	row(pad, { x: normal(1, 1, 1, 1) }, { padding: [1, 0, 0, 0] }),
	row(pad, { x: normal(2, 5, 7, 3) }, { padding: [1, 2, 3, 0] }),
	row(pad, { x: normal(2, 5, 7, 3) }, { padding: [0, 1, 0, 2], value: -1.5 }),
	row(pad, { x: normal(3, 3, 11, 59) }, {}),
	fails(
		pad,
		{ x: normal(5, 7, 3) },
		{},
		"x has rank 3 but must be [N, H, W, C]",
	),
	fails(
		pad,
		{ x: normal(1, 5, 7, 3) },
		{ padding: [0, 0, -1, 0] },
		"padding [0,0,-1,0] must be four integers >= 0",
	),
	row(crop, { x: normal(1, 2, 2, 1) }, { padding: [1, 0, 0, 1] }),
	row(crop, { x: normal(2, 9, 7, 5) }, { padding: [1, 2, 3, 0] }),
	row(crop, { x: normal(2, 13, 11, 3) }, { padding: [0, 1, 0, 2] }),
	fails(
		crop,
		{ x: normal(1, 5, 7, 3) },
		{ padding: [2, 3, 0, 0] },
		"cropping [2,3,0,0] leaves nothing of [1,5,7,3]",
	),
	fails(crop, { x: normal(5, 7, 1) }, {}, "x has rank 3 but must be"),

	timed(concat, { a: normal(...large), b: normal(...large) }),
	timed(slice, { x: normal(4, 64, 64, 64) }, { start: 32 }),
	timed(pad, { x: normal(...large) }, { padding: [1, 1, 1, 1] }),
	timed(crop, { x: normal(...large) }, { padding: [1, 1, 1, 1] }),
];
