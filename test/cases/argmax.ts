import { argmax } from "../../src/kernels/argmax.ts";
import { countConfusion } from "../../src/kernels/confusion.ts";
import {
	type Case,
	distinct,
	exactly,
	fails,
	integers,
	labels,
	normal,
	row,
	timed,
} from "../case.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const lines: [x: number[], attrs?: object][] = [
	[[1]],
	[[3]],
	[[7, 1]],
	[[2, 5, 7, 3]],
	[[131, 5]],
	[[67, 11]],
	[[2, 3, 59]],
	[[5, 7, 3], { axis: 0 }],
	[[5, 7, 3], { axis: -2 }],
	[[67, 1, 2], { axis: 1 }],
	// Above 128 values: two passes.
	[[131]],
	[[3, 401, 2], { axis: 1 }],
	[[150, 70], { axis: 0 }],
];

export const cases: Case[] = [
	...lines.map(([x, attrs]) => row(argmax, { x: distinct(...x) }, attrs)),
	// The first of equals; NaN wins, the first of them.
	row(argmax, {
		x: exactly(
			[
				[1, 2, 2, 0],
				[-0, 0, -1, -2],
				[1, nan, 3, nan],
				[nan, inf, 0, 0],
				[-inf, -inf, -inf, -inf],
				[0, 5, inf, inf],
			].flat(),
			[6, 4],
		),
	}),
	// The same over two passes: equals and NaN in several chunks.
	row(argmax, {
		x: exactly(
			many((i) => (i % 50 === 7 ? 2 : i % 2)),
			[400],
		),
	}),
	row(argmax, {
		x: exactly(
			many((i) => (i % 150 === 99 ? nan : i)),
			[400],
		),
	}),
	row(argmax, {
		x: exactly(
			many(() => -inf),
			[400],
		),
	}),
	// A last chunk that is not full, before larger values.
	row(argmax, { x: exactly(many((i) => i).slice(0, 393), [3, 131]) }),
	fails(argmax, { x: normal() }, {}, "x is a scalar but must be [..., K]"),
	fails(argmax, { x: labels(3, [2, 3]) }, {}, "x is i32 but must be f32"),
	fails(
		argmax,
		{ x: normal(2, 3) },
		{ axis: 2 },
		"axis 2 does not exist in shape [2,3]",
	),
	timed(argmax, { x: normal(4, 64, 64, 32) }),
	timed(argmax, { x: normal(4, 64, 64, 32) }, { axis: 0 }),

	...[1, 3, 11, 59].map((k) =>
		row(
			countConfusion,
			{
				counts: labels(1000, [k, k]),
				predicted: labels(k, [2, 13, 17]),
				labels: labels(k, [2, 13, 17], 255),
			},
			{ ignore: 255 },
		),
	),
	// Labels and predictions that are no class; an ignored label that is one.
	row(
		countConfusion,
		{
			counts: integers([5, 0, 7, 1], [2, 2]),
			predicted: integers([0, 1, 2, -1, 1, 0, 1], [7]),
			labels: integers([0, 0, 0, 0, 2, -1, 1], [7]),
		},
		{ ignore: 1 },
	),
	fails(
		countConfusion,
		{
			counts: labels(9, [2, 3]),
			predicted: labels(2, [4]),
			labels: labels(2, [4]),
		},
		{},
		"counts must be [K, K], a row and a column per class",
	),
	fails(
		countConfusion,
		{
			counts: labels(9, [2, 2]),
			predicted: labels(2, [4]),
			labels: labels(2, [5]),
		},
		{},
		"labels is [5] but must be [4], the shape of predicted",
	),
	fails(
		countConfusion,
		{
			counts: normal(2, 2),
			predicted: labels(2, [4]),
			labels: labels(2, [4]),
		},
		{},
		"counts is f32 but must be i32",
	),
	timed(countConfusion, {
		counts: labels(1, [11, 11]),
		predicted: labels(11, [4, 64, 64]),
		labels: labels(11, [4, 64, 64]),
	}),
];

function many(value: (i: number) => number): number[] {
	return Array.from({ length: 400 }, (_, i) => value(i));
}
