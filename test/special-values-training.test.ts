import { afterAll, expect, test } from "vitest";
import * as k from "../src/kernels/index.ts";
import { type Case, exactly, integers, normal, row, uniform } from "./case.ts";
import { kernelChecker } from "./check-kernel.ts";
import { describeOnGpus } from "./gpu.ts";
import { nameRows } from "./rows.ts";

// NaN and infinities in losses and optimizers: as in special-values.test.ts.
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const special = exactly([nan, inf, -inf, -0, 0, 1, -1, -nan], [8]);
const logits = [
	[nan, 1, 2],
	[inf, 1, 2],
	[-inf, 1, 2],
	[1, -inf, 2],
	[1, -inf, -inf],
	[-inf, -inf, -inf],
].map((values) => exactly(values, [1, 3]));
const optimizers = ["square", "g", "w", "average"].flatMap((name) => {
	const plain = {
		w: normal(8),
		square: uniform(0, 1, 8),
		velocity: normal(8),
		average: uniform(-0.5, 0.5, 8),
		g: normal(8),
	};
	// A square may be anything that squares add up to.
	const values = name === "square" ? [nan, inf, 0, 1, inf, nan, 0, 2] : [];
	const inputs = {
		...plain,
		[name]: values.length ? exactly(values, [8]) : special,
	};
	const { w, square, velocity, g, average } = inputs;
	const delta = uniform(0, 1, 8);
	return [
		row(k.rmspropUpdate, { w, square, velocity, g }, { momentum: 0.5 }),
		row(k.rmspropUpdate, { w, square, velocity, g, average }),
		row(k.adadeltaUpdate, { w, square, delta, g }),
		row(k.adagradUpdate, { w, square, g }),
		row(k.adamUpdate, { w, m: velocity, v: square, g }, { step: 3 }),
		row(k.adamUpdate, { w, m: velocity, v: delta, g, most: square }),
		row(k.sgdUpdate, { w, velocity, g }, { momentum: 0.5, l2: 0.1 }),
	];
});

const rows: Case[] = [
	...logits.flatMap((x) =>
		[{ smoothing: 0.1 }, { gamma: 2 }, {}].flatMap((attrs) =>
			[1, 2, 3].flatMap((label) => {
				const labels = integers([label], [1]);
				const total = exactly([1], []);
				const inputs = { logits: x, labels, total };
				const dy = exactly([1], []);
				return [
					row(k.crossEntropy, inputs, attrs),
					row(k.crossEntropyInputGrad, { ...inputs, dy }, attrs),
				];
			}),
		),
	),
	// Class weights of 0, and a total that is none.
	...[0, nan, inf].map((total) =>
		row(
			k.crossEntropy,
			{
				logits: normal(4, 3),
				labels: integers([0, 1, 2, -100], [4]),
				total: exactly([total], []),
				weights: exactly([0, 1, 2], [3]),
			},
			{ smoothing: 0.1 },
		),
	),
	...optimizers,
];

await describeOnGpus((open) => {
	const checker = kernelChecker(open);
	afterAll(() => checker.destroy());
	test.each(nameRows(rows))("$name", async (r) => {
		expect((await checker.check(r)).problems).toEqual([]);
	});
});
