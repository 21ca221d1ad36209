import { avgPool, avgPoolInputGrad } from "../../src/kernels/avg-pool.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

/** Input, attributes, and height and width of the output, worked by hand. */
const windows: [
	x: [number, number, number, number],
	attrs: object,
	out: [height: number, width: number],
][] = [
	[[1, 2, 2, 1], {}, [1, 1]],
	[[2, 8, 10, 3], {}, [4, 5]],
	[[1, 7, 5, 8], {}, [3, 2]],
	[[1, 7, 5, 4], { padding: "same" }, [4, 3]],
	[[3, 13, 11, 8], { size: 3, padding: "same" }, [7, 6]],
	[
		[2, 13, 11, 11],
		{ size: [3, 2], stride: [1, 3], padding: [2, 1, 0, 1] },
		[14, 4],
	],
	[[1, 9, 9, 1], { size: 3, stride: 3, padding: 1 }, [3, 3]],
	// Pixels that no window holds get zero gradient.
	[[1, 6, 7, 2], { size: 1, stride: 2 }, [3, 4]],
	[
		[1, 6, 7, 59],
		{ size: [2, 3], stride: [2, 3], padding: [1, 0, 2, 2] },
		[3, 3],
	],
	[[1, 5, 5, 4], { size: 5, stride: 5 }, [1, 1]],
	[[1, 1, 1, 8], { size: 3, stride: 1, padding: "same" }, [1, 1]],
	// Above one workgroup.
	[[2, 18, 22, 12], {}, [9, 11]],
];

/** Average pooling, its gradient, and the calls they reject. */
export const cases: Case[] = [
	...windows.flatMap(([x, attrs, out]) => [
		row(avgPool, { x: normal(...x) }, attrs),
		row(
			avgPoolInputGrad,
			{ dy: normal(x[0], ...out, x[3]) },
			{ ...attrs, inputSize: [x[1], x[2]] },
		),
	]),
	fails(avgPool, { x: normal(4, 4, 3) }, {}, "x has rank 3"),
	fails(
		avgPool,
		{ x: normal(1, 4, 4, 3) },
		{ padding: 2 },
		"padding [2,2,2,2] must be smaller than the window 2x2",
	),
	fails(
		avgPool,
		{ x: normal(1, 1, 4, 3) },
		{},
		"the window spans 2 pixels but the padded input has only 1",
	),
	fails(
		avgPoolInputGrad,
		{ dy: normal(1, 4, 4, 3) },
		{ inputSize: [4, 4] },
		"dy is [1,4,4,3] but must be [1,2,2,3], the shape of avgPool's output",
	),
	fails(
		avgPoolInputGrad,
		{ dy: normal(1, 4, 4, 3) },
		{},
		"the window spans 2 pixels but the padded input has only 0",
	),
	timed(avgPool, { x: normal(4, 64, 64, 32) }),
	timed(
		avgPoolInputGrad,
		{ dy: normal(4, 32, 32, 32) },
		{ inputSize: [64, 64] },
	),
];
