import { add, div, mul, sub } from "../../src/kernels/elementwise.ts";
import { scale } from "../../src/kernels/scale.ts";
import {
	awayFromZero,
	type Case,
	fails,
	labels,
	normal,
	row,
	timed,
} from "../case.ts";

const pairs: [a: number[], b: number[]][] = [
	[[1], [1]],
	[[], []],
	[
		[7, 11, 13],
		[7, 11, 13],
	],
	[[2, 5, 7, 59], [59]],
	[
		[1, 3],
		[2, 5, 7, 3],
	],
	[
		[3, 1, 5],
		[1, 4, 1],
	],
	[
		[2, 3, 1, 5],
		[3, 7, 1],
	],
	[[613], [1]],
	[[], [4, 3]],
];

export const cases: Case[] = [
	...[add, sub, mul, div].flatMap((op) =>
		pairs.map(([a, b]) => row(op, { a: normal(...a), b: awayFromZero(...b) })),
	),
	...[add, mul, div].map((op) =>
		row(op, { a: normal(3, 300), b: awayFromZero(2, 1, 1) }),
	),
	fails(
		add,
		{ a: normal(4, 3), b: normal(4) },
		{},
		"shapes [4,3] and [4] do not broadcast: 3 and 4 differ and neither is 1",
	),
	fails(
		sub,
		{ a: normal(2, 1, 2, 1, 2), b: normal(1, 2, 1, 2, 1) },
		{},
		"alternates over more than 4 dimensions",
	),
	fails(
		mul,
		{ a: normal(2), b: labels(2, [2]) },
		{},
		"b is i32 but must be f32",
	),
	fails(div, { a: normal(2, 2), b: normal(3, 2) }, {}, "2 and 3 differ"),
	timed(add, { a: normal(4, 64, 64, 32), b: normal(4, 64, 64, 32) }),
	timed(add, { a: normal(4, 64, 64, 32), b: normal(32) }),
	timed(mul, { a: normal(4, 64, 64, 32), b: normal(4, 64, 64, 1) }),

	row(scale, { x: normal(1) }, { by: -2.5 }),
	row(scale, { x: normal(7, 11, 13) }, { by: 0.1 }),
	row(scale, { x: normal(5) }),
	fails(
		scale,
		{ x: normal(5) },
		{ by: Number.NaN },
		"by NaN must be a finite number",
	),
	timed(scale, { x: normal(4, 64, 64, 32) }, { by: 2 }),
];
