import * as k from "../../src/kernels/binary-compare.ts";
import { pow } from "../../src/kernels/binary-pow.ts";
import { where } from "../../src/kernels/where.ts";
import {
	awayFromZero,
	type Case,
	type Draw,
	distinct,
	exactly,
	fails,
	labels,
	normal,
	row,
	timed,
	uniform,
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

/** Values 0.01 from any of `distinct`, so that no two tie. */
function between(...shape: number[]): Draw {
	const { fill } = distinct(...shape);
	return {
		shape,
		dtype: "f32",
		fill: (random, count) =>
			Float64Array.from(fill(random, count), (v) =>
				Math.fround(v + (count % 2 ? 0.005 : 0.015)),
			),
	};
}

/** True in several ways. No 0: a step there is none to differentiate, see test/elementwise-values.test.ts. */
function mask(...shape: number[]): Draw {
	const n = shape.reduce((a, b) => a * b, 1);
	const values = Array.from({ length: n }, (_, i) => [1, -0.5, 2][i % 3]);
	return exactly(values, shape);
}

const compared = [
	k.equal,
	k.notEqual,
	k.less,
	k.lessEqual,
	k.greater,
	k.greaterEqual,
	k.minimum,
	k.maximum,
];
const large = [4, 64, 64, 32];

export const cases: Case[] = [
	...compared.flatMap((op) => [
		...pairs.map(([a, b]) => row(op, { a: distinct(...a), b: between(...b) })),
		fails(
			op,
			{ a: normal(4, 3), b: normal(4) },
			{},
			"shapes [4,3] and [4] do not broadcast: 3 and 4 differ and neither is 1",
		),
		fails(
			op,
			{ a: normal(2), b: labels(2, [2]) },
			{},
			"b is i32 but must be f32",
		),
	]),
	timed(k.less, { a: normal(...large), b: normal(...large) }),
	timed(k.maximum, { a: normal(...large), b: normal(...large) }),

	...pairs.map(([a, b]) =>
		row(pow, { a: uniform(0.2, 2, ...a), b: normal(...b) }),
	),
	...[0, 1, 2, 3, -1, -2, 0.5, 2.5].map((exponent) =>
		row(pow, { a: uniform(0.2, 2, 5, 59) }, { exponent }),
	),
	...[2, 3, -1].map((exponent) =>
		row(pow, { a: awayFromZero(2, 512) }, { exponent }),
	),
	fails(
		pow,
		{ a: normal(4, 3), b: normal(4) },
		{},
		"shapes [4,3] and [4] do not broadcast",
	),
	fails(pow, { a: normal(2) }, {}, "give either b or the attribute exponent"),
	fails(
		pow,
		{ a: normal(2), b: normal(2) },
		{ exponent: 2 },
		"give either b or the attribute exponent",
	),
	fails(
		pow,
		{ a: normal(2) },
		{ exponent: Number.NaN },
		"exponent NaN must be a finite number",
	),
	timed(pow, { a: uniform(0.2, 2, ...large) }, { exponent: 2.5 }),
	timed(pow, { a: uniform(0.2, 2, ...large), b: normal(...large) }),

	...pairs.flatMap(([a, b]) => [
		row(where, { condition: mask(...a), a: normal(...a), b: normal(...b) }),
		row(where, { condition: mask(...b), a: normal(...a), b: normal(...b) }),
		row(where, { condition: mask(...a), a: normal(), b: normal(...b) }),
	]),
	row(where, {
		condition: mask(3, 1, 1, 1),
		a: normal(5, 1, 7),
		b: normal(11, 1),
	}),
	fails(
		where,
		{ condition: mask(2, 3), a: normal(3), b: normal(2) },
		{},
		"shapes [3] and [2] do not broadcast",
	),
	fails(
		where,
		{ condition: normal(2), a: labels(2, [2]), b: normal(2) },
		{},
		"a is i32 but must be f32",
	),
	fails(
		where,
		{ condition: mask(4, 2), a: normal(3, 1), b: normal(2) },
		{},
		"shapes [4,2] and [3,2] do not broadcast",
	),
	timed(where, {
		condition: mask(...large),
		a: normal(...large),
		b: normal(...large),
	}),
];
