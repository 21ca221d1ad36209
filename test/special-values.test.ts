import { afterAll, expect, test } from "vitest";
import * as k from "../src/kernels/index.ts";
import { type Case, exactly, integers, normal, row } from "./case.ts";
import { kernelChecker } from "./check-kernel.ts";
import { describeOnGpus } from "./gpu.ts";
import { nameRows } from "./rows.ts";

// NaN and infinities: kernels must have them where the references do. They are
// no rows of the table, because finite differences are meaningless there.
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const special = [nan, inf, -inf, -0, 0, 1, -1, -nan];
const rows: Case[] = [
	row(k.relu, { x: exactly(special, [8]) }),
	row(k.leakyRelu, { x: exactly(special, [8]) }),
	row(k.reluInputGrad, { x: exactly(special, [8]), dy: normal(8) }),
	row(k.leakyReluInputGrad, { x: exactly(special, [8]), dy: normal(8) }),
	row(k.reluInputGrad, { dy: exactly(special, [8]), x: normal(8) }),
	row(k.softmax, {
		x: exactly([nan, 1, 2, inf, 1, 2, -inf, 1, 2, -inf, -inf, -inf], [4, 3]),
	}),
	...[nan, inf, -inf].map((v) =>
		row(k.crossEntropy, {
			logits: exactly([v, 1, 2], [1, 3]),
			labels: integers([1], [1]),
			total: exactly([1], []),
		}),
	),
	row(k.crossEntropy, {
		logits: exactly([-inf, 1, 2], [1, 3]),
		labels: integers([0], [1]),
		total: exactly([1], []),
	}),
	row(k.crossEntropy, {
		logits: exactly([0, 1, 2], [1, 3]),
		labels: integers([0], [1]),
		total: exactly([nan], []),
	}),
	row(k.crossEntropy, {
		logits: exactly([0, 1, 2], [1, 3]),
		labels: integers([3], [1]),
		total: exactly([1], []),
	}),
	row(k.maxPool, {
		x: exactly(
			[nan, 1, 2, 3, inf, 0, 1, nan, -inf, -inf, nan, -nan, -inf, -inf, 0, 0],
			[1, 4, 4, 1],
		),
	}),
	row(k.maxPoolInputGrad, {
		x: exactly(
			[nan, 1, 2, 3, inf, 0, 1, nan, -inf, -inf, nan, -nan, -inf, -inf, 0, 0],
			[1, 4, 4, 1],
		),
		dy: normal(1, 2, 2, 1),
	}),
	row(
		k.maxPoolInputGrad,
		{
			x: exactly(
				[nan, 1, 2, 3, inf, 0, 1, nan, -inf, -inf, nan, -nan, -inf, -inf, 0, 0],
				[1, 4, 4, 1],
			),
			dy: normal(1, 3, 3, 1),
		},
		{ stride: 1 },
	),
	row(k.maxPool, {
		x: {
			shape: [1, 2, 2, 4],
			dtype: "f32",
			fill: () =>
				Float64Array.from([
					nan,
					1,
					1,
					1,
					2,
					nan,
					2,
					2,
					3,
					3,
					nan,
					3,
					4,
					4,
					4,
					4,
				]),
		},
	}),
	...[k.upsampleNearest, k.upsampleBilinear].map((op) =>
		row(
			op,
			{ x: exactly([nan, 1, 2, 3, inf, 0, 1, -inf, 4], [1, 3, 3, 1]) },
			{ size: [4, 9] },
		),
	),
	...[k.upsampleNearestInputGrad, k.upsampleBilinearInputGrad].map((op) =>
		row(
			op,
			{ dy: exactly([nan, 1, 2, 3, 4, inf, 0, 1, -inf, 4], [1, 2, 5, 1]) },
			{ size: [3, 4] },
		),
	),
	row(
		k.avgPool,
		{ x: exactly([nan, 1, inf, 3, -inf, 0, 1, 2, 4], [1, 3, 3, 1]) },
		{ stride: 1, padding: "same" },
	),
	row(
		k.avgPoolInputGrad,
		{ dy: exactly([nan, 1, inf, 3, -inf, 0, 1, 2, 4], [1, 3, 3, 1]) },
		{ stride: 1, padding: "same", inputSize: [3, 3] },
	),
	...[k.max, k.min, k.logSoftmax].flatMap((op) =>
		[[nan, 1, 2], [inf, 1, 2], [-inf, 1, 2], [-inf, -inf, -inf], special].map(
			(values) => row(op, { x: exactly(values, [values.length]) }),
		),
	),
	// NaN among the rest of fours, and in a later stage.
	...[5, 6, 400].flatMap((n) =>
		[k.max, k.min].map((op) =>
			row(op, {
				x: exactly(
					Array.from({ length: n }, (_, i) => (i === n - 2 ? nan : i)),
					[n],
				),
			}),
		),
	),
	row(
		k.extremeInputGrad,
		{ x: exactly(special, [2, 4]), dy: exactly([inf, nan], [2]) },
		{ smallest: true },
	),
	row(k.transpose, { x: exactly(special, [2, 4]) }),
	row(k.gather, {
		x: exactly(special, [4, 2]),
		indices: integers([3, 0, 4, -1], [4]),
	}),
	...[4, 2].map((groups) =>
		row(
			k.conv2d,
			{ x: exactly(special, [1, 1, 2, 4]), w: normal(2, 3, 4 / groups, 4) },
			{ groups, padding: "same" },
		),
	),
	row(k.rsqrt, { x: exactly(special, [8]) }),
	row(k.dropout, { x: exactly(special, [8]) }, { seed: 1 }),
	// In fours, and not.
	...[4, 3].map((n) =>
		row(k.matmul, {
			a: exactly([nan, 1, 2, 3, inf, 0, 1, 2].slice(0, 2 * n), [2, n]),
			b: exactly(
				Array.from({ length: n * n }, (_, i) => i % 3),
				[n, n],
			),
		}),
	),
	row(k.sum, { x: exactly(special, [8]) }),
	row(k.add, { a: exactly(special, [8]), b: normal(8) }),
	row(k.div, {
		a: exactly([1, 0, -1, inf], [4]),
		b: exactly([0, 0, 0, inf], [4]),
	}),
	row(k.moments, { x: exactly([nan, 1, 2, 3, 4, 5, 6, 7], [4, 2]) }),
	row(k.scale, { x: exactly(special, [8]) }, { by: 0 }),
];

await describeOnGpus((open) => {
	const checker = kernelChecker(open);
	afterAll(() => checker.destroy());
	test.each(nameRows(rows))("$name", async (r) => {
		expect((await checker.check(r)).problems).toEqual([]);
	});
});
