import {
	crossEntropy,
	crossEntropyInputGrad,
} from "../../src/kernels/cross-entropy.ts";
import { labelWeight } from "../../src/kernels/label-weight.ts";
import {
	type Case,
	exactly,
	fails,
	integers,
	labels,
	normal,
	row,
	timed,
	uniform,
} from "../case.ts";

const pixels: [shape: number[], classes: number][] = [
	[[1], 1],
	[[5], 3],
	[[2, 7, 11], 5],
	[[3, 13, 17], 11],
	[[131], 59],
	[[2, 128, 65], 2],
];

const total = uniform(2, 3);

export const cases: Case[] = [
	...pixels.flatMap(([shape, k]) => {
		const logits = normal(...shape, k);
		const weights = uniform(0.2, 2, k);
		const plain = { logits, labels: labels(k, shape), total };
		const ignoring = { logits, labels: labels(k, shape, 255), total, weights };
		return [
			row(labelWeight, { labels: labels(k, shape, -100) }, { classes: k }),
			row(
				labelWeight,
				{ labels: labels(k, shape, 255), weights },
				{ classes: k, ignore: 255 },
			),
			row(crossEntropy, plain),
			row(crossEntropy, ignoring, { ignore: 255 }),
			row(crossEntropyInputGrad, { ...plain, dy: normal() }),
			row(
				crossEntropyInputGrad,
				{ ...ignoring, dy: normal() },
				{ ignore: 255 },
			),
			...[{ smoothing: 0.1 }, { gamma: 2 }].flatMap((attrs) => [
				row(crossEntropy, ignoring, { ignore: 255, ...attrs }),
				row(
					crossEntropyInputGrad,
					{ ...ignoring, dy: normal() },
					{ ignore: 255, ...attrs },
				),
			]),
		];
	}),
	...[{ smoothing: 1 }, { gamma: 0.5 }, { gamma: 1 }].flatMap((attrs) => {
		const plain = { logits: normal(70, 5), labels: labels(5, [70]), total };
		return [
			row(crossEntropy, plain, attrs),
			row(crossEntropyInputGrad, { ...plain, dy: normal() }, attrs),
		];
	}),
	// Probabilities of 1 and 0 in float32, where a factor of the focal gradient is infinite.
	row(
		crossEntropyInputGrad,
		{
			logits: exactly(
				[200, 0, 0, 200, Number.NEGATIVE_INFINITY, 0, 9, 0],
				[4, 2],
			),
			labels: integers([0, 0, 0, 0], [4]),
			total,
			dy: normal(),
		},
		{ gamma: 0.5 },
	),
	// Large logits: exp of them is infinite in float32.
	row(crossEntropy, {
		logits: uniform(-500, 1000, 7, 5),
		labels: labels(5, [7]),
		total,
	}),
	row(crossEntropyInputGrad, {
		logits: uniform(-500, 1000, 7, 5),
		labels: labels(5, [7]),
		total,
		dy: normal(),
	}),
	// The ignored label is also a class.
	row(
		crossEntropy,
		{ logits: normal(70, 3), labels: labels(3, [70]), total },
		{ ignore: 0 },
	),
	// Every pixel ignored: weight 0, loss 0, gradient 0.
	row(labelWeight, { labels: integers([-100, -100], [2]) }, { classes: 3 }),
	row(crossEntropy, {
		logits: normal(2, 3),
		labels: integers([-100, -100], [2]),
		total: exactly([0], []),
	}),
	row(crossEntropyInputGrad, {
		logits: normal(2, 3),
		labels: integers([-100, -100], [2]),
		total: exactly([0], []),
		dy: normal(),
	}),
	// Labels that are no class: NaN.
	...[3, -1, 2 ** 31 - 1].map((wrong) =>
		row(labelWeight, { labels: integers([0, wrong, 1], [3]) }, { classes: 3 }),
	),
	row(crossEntropyInputGrad, {
		logits: normal(3, 3),
		labels: integers([0, 3, -1], [3]),
		total,
		dy: normal(),
	}),
	// NaN and infinite logits; an ignored pixel hides them, -Infinity is a probability of 0.
	row(crossEntropyInputGrad, {
		logits: exactly(
			[
				[Number.NaN, 0, 1],
				[Number.POSITIVE_INFINITY, 0, 1],
				[Number.NEGATIVE_INFINITY, 0, 1],
				[Number.NaN, Number.POSITIVE_INFINITY, 1],
				[1, -Number.NaN, 0],
			].flat(),
			[5, 3],
		),
		labels: integers([1, 1, 1, -100, 0], [5]),
		total,
		dy: normal(),
	}),

	fails(
		labelWeight,
		{ labels: labels(3, [4]), weights: normal(2) },
		{ classes: 3 },
		"weights is [2] but must be [3], one per class",
	),
	fails(
		labelWeight,
		{ labels: labels(3, [4]) },
		{},
		"classes 0 must be an integer of at least 1",
	),
	fails(
		labelWeight,
		{ labels: normal(4) },
		{ classes: 3 },
		"labels is f32 but must be i32",
	),
	fails(
		crossEntropy,
		{ logits: normal(4, 3), labels: labels(3, [3]), total },
		{},
		"labels is [3] but must be [4], a class per pixel of logits",
	),
	fails(
		crossEntropy,
		{ logits: normal(4, 3), labels: labels(3, [4]), total: normal(1) },
		{},
		"total is [1] but must be [], a scalar",
	),
	fails(
		crossEntropy,
		{ logits: normal(4, 3), labels: labels(3, [4]), total },
		{ ignore: 0.5 },
		"ignore 0.5 must be an integer",
	),
	fails(
		crossEntropy,
		{ logits: normal(4, 3), labels: labels(3, [4]), total },
		{ smoothing: 1.1 },
		"smoothing 1.1 must be in 0..1",
	),
	fails(
		crossEntropy,
		{ logits: normal(4, 3), labels: labels(3, [4]), total },
		{ gamma: -1 },
		"gamma -1 must be a finite number of at least 0",
	),
	fails(
		crossEntropy,
		{ logits: normal(4, 3), labels: labels(3, [4]), total },
		{ gamma: 2, smoothing: 0.1 },
		"smoothing 0.1 and gamma 2 exclude each other",
	),
	fails(
		crossEntropyInputGrad,
		{ logits: normal(4, 3), labels: labels(3, [4]), total, dy: normal(4) },
		{},
		"dy is [4] but must be [], the gradient of a scalar",
	),

	timed(
		labelWeight,
		{ labels: labels(32, [4, 64, 64], 255) },
		{ classes: 32, ignore: 255 },
	),
	timed(crossEntropy, {
		logits: normal(4, 64, 64, 32),
		labels: labels(32, [4, 64, 64]),
		total,
	}),
	timed(crossEntropyInputGrad, {
		logits: normal(4, 64, 64, 32),
		labels: labels(32, [4, 64, 64]),
		total,
		dy: normal(),
	}),
];
