import {
	moments,
	momentsInputGrad,
	updateMoments,
} from "../../src/kernels/moments.ts";
import {
	normalize,
	normalizeInputGrad,
	normalizeMomentsGrad,
	normalizeSums,
} from "../../src/kernels/normalize.ts";
import {
	type Case,
	type Draw,
	exactly,
	fails,
	normal,
	row,
	timed,
	uniform,
} from "../case.ts";

/** Means around 0 and variances in 0.5 to 1.5 for c channels. */
function statistics(c: number): Draw {
	return {
		shape: [2, c],
		dtype: "f32",
		fill: (random, n) =>
			Float64Array.from({ length: n }, (_, i) =>
				i < c ? random() - 0.5 : 0.5 + random(),
			),
	};
}

// Rows of 8 and a rest, more than 64 chunks and channels, one value per channel.
const shapes = [
	[1, 1],
	[4, 3],
	[7, 1],
	[5, 7, 3],
	[3, 5, 7, 5],
	[4, 13, 11, 11],
	[1, 1, 1, 59],
	[8, 64],
	[70, 71, 2],
	[3, 67],
];
const large = [4, 64, 64, 32];

const inputs = (x: number[]) => {
	const c = x[x.length - 1];
	return {
		x: normal(...x),
		moments: statistics(c),
		gamma: normal(c),
		beta: normal(c),
	};
};

export const cases: Case[] = [
	...shapes.flatMap((shape) => {
		const { x, moments: m, gamma, beta } = inputs(shape);
		const dy = normal(...shape);
		const c = shape[shape.length - 1];
		return [
			row(moments, { x }),
			row(momentsInputGrad, { x, moments: m, dMoments: normal(2, c) }),
			row(normalize, { x, moments: m, gamma, beta }),
			row(normalizeInputGrad, { dy, moments: m, gamma }),
			row(normalizeSums, { x, moments: m, dy }),
		];
	}),
	// Variance 0 in both channels, and a deviation far below the mean.
	row(moments, { x: exactly([3, -5, 3, -5, 3, -5], [3, 2]) }),
	row(moments, { x: uniform(-0.05, 0.1, 999, 3) }),
	row(moments, { x: uniform(1000, 1, 33, 31, 3) }),
	row(normalize, inputs([9, 5]), { epsilon: 1e-5 }),
	row(normalize, inputs([4, 5]), { epsilon: 0 }),
	...[0, 0.25].flatMap((epsilon) => {
		const { moments: m, gamma } = inputs([7, 4]);
		return [
			row(
				normalizeInputGrad,
				{ dy: normal(7, 4), moments: m, gamma },
				{ epsilon },
			),
			row(
				normalizeSums,
				{ x: normal(7, 4), moments: m, dy: normal(7, 4) },
				{ epsilon },
			),
			row(
				normalizeMomentsGrad,
				{ sums: normal(2, 4), moments: m, gamma },
				{ epsilon },
			),
		];
	}),
	...[1, 5, 67].map((c) =>
		row(normalizeMomentsGrad, {
			sums: normal(2, c),
			moments: statistics(c),
			gamma: normal(c),
		}),
	),
	...[1, 5, 67].flatMap((c) => {
		const both = { running: statistics(c), batch: statistics(c) };
		return [
			row(updateMoments, both),
			row(updateMoments, both, { momentum: 0.9, unbiasedCount: 12 }),
			row(updateMoments, both, { momentum: 0 }),
		];
	}),
	...[[], [1], [7], [3, 3, 2, 5]].map((shape) =>
		row(
			updateMoments,
			{ running: normal(...shape), batch: normal(...shape) },
			{ momentum: 0.75 },
		),
	),

	fails(moments, { x: normal(5) }, {}, "x has rank 1 but must be [..., C]"),
	fails(
		momentsInputGrad,
		{ x: normal(4, 3), moments: normal(2, 3), dMoments: normal(2, 4) },
		{},
		"dMoments is [2,4] but must be [2,3], mean and variance per channel of x",
	),
	fails(
		normalize,
		{ ...inputs([4, 3]), gamma: normal(4) },
		{},
		"gamma is [4] but must be [3], a value per channel of x",
	),
	fails(
		normalize,
		inputs([4, 3]),
		{ epsilon: -1 },
		"epsilon -1 must be a finite number of at least 0",
	),
	fails(
		normalizeInputGrad,
		{ dy: normal(4, 3), moments: normal(3, 2), gamma: normal(3) },
		{},
		"moments is [3,2] but must be [2,3]",
	),
	fails(
		normalizeSums,
		{ x: normal(4, 3), moments: normal(2, 3), dy: normal(3, 4) },
		{},
		"dy is [3,4] but must be [4,3], the shape of x",
	),
	fails(
		normalizeMomentsGrad,
		{ sums: normal(2, 4), moments: normal(2, 3), gamma: normal(3) },
		{},
		"sums is [2,4] but must be [2,3], two sums per channel",
	),
	fails(
		updateMoments,
		{ running: normal(2, 3), batch: normal(2, 3) },
		{ momentum: 1.5 },
		"momentum 1.5 must be in 0..1",
	),
	fails(
		updateMoments,
		{ running: normal(2, 3), batch: normal(2, 3) },
		{ unbiasedCount: 1 },
		"unbiasedCount 1 must be 0 (biased variance) or an integer of at least 2",
	),
	fails(
		updateMoments,
		{ running: normal(3), batch: normal(3) },
		{ unbiasedCount: 2 },
		"running must be [2, C]",
	),

	timed(moments, { x: normal(...large) }),
	timed(normalize, inputs(large)),
	timed(normalizeInputGrad, {
		dy: normal(...large),
		moments: statistics(32),
		gamma: normal(32),
	}),
	timed(normalizeSums, {
		x: normal(...large),
		moments: statistics(32),
		dy: normal(...large),
	}),
	timed(momentsInputGrad, {
		x: normal(...large),
		moments: statistics(32),
		dMoments: normal(2, 32),
	}),
];
