import {
	upsampleNearest,
	upsampleNearestInputGrad,
} from "../../src/kernels/upsample.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

/** Nearest upsampling and its gradient. */
export const cases: Case[] = [
	row(upsampleNearest, { x: normal(1, 1, 1, 1) }),
	row(upsampleNearest, { x: normal(2, 3, 5, 3) }),
	row(upsampleNearest, { x: normal(1, 7, 11, 59) }, { factor: 3 }),
	row(upsampleNearest, { x: normal(2, 5, 3, 4) }, { factor: 1 }),
	row(upsampleNearest, { x: normal(2, 5, 7, 8) }),
	row(upsampleNearestInputGrad, { dy: normal(2, 6, 10, 12) }),
	row(upsampleNearestInputGrad, { dy: normal(2, 6, 10, 5) }),
	row(upsampleNearestInputGrad, { dy: normal(3, 9, 12, 11) }, { factor: 3 }),
	timed(upsampleNearest, { x: normal(4, 32, 32, 32) }),
	timed(upsampleNearestInputGrad, { dy: normal(4, 64, 64, 32) }),
	fails(upsampleNearest, { x: normal(3, 5, 3) }, {}, "x must have rank 4"),
	fails(
		upsampleNearest,
		{ x: normal(1, 3, 5, 3) },
		{ factor: 1.5 },
		"factor 1.5 must be positive integers",
	),
	fails(
		upsampleNearestInputGrad,
		{ dy: normal(1, 3, 4, 3) },
		{},
		"no multiple of factor 2",
	),
];
