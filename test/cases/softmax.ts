import { logSoftmax, softmax } from "../../src/kernels/softmax.ts";
import { type Case, fails, normal, row, timed, uniform } from "../case.ts";

const lines: [x: number[], attrs?: object][] = [
	[[1]],
	[[3]],
	[[7, 1]],
	[[2, 5, 7, 3]],
	[[131, 5]],
	[[2, 3, 59]],
	[[5, 7, 3], { axis: 0 }],
	[[5, 7, 3], { axis: -2 }],
	[[67, 1, 2], { axis: 1 }],
	[[3, 401, 2], { axis: 1 }],
];

export const cases: Case[] = [softmax, logSoftmax].flatMap((op) => [
	...lines.map(([x, attrs]) => row(op, { x: normal(...x) }, attrs)),
	row(op, { x: uniform(-500, 1000, 7, 5) }),
	fails(op, { x: normal() }, {}, "x is a scalar but must be [..., K]"),
	fails(
		op,
		{ x: normal(2, 3) },
		{ axis: -3 },
		"axis -3 does not exist in shape [2,3]",
	),
	timed(op, { x: normal(4, 64, 64, 32) }),
	timed(op, { x: normal(4, 64, 64, 32) }, { axis: 1 }),
]);
