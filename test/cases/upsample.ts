import {
	upsampleBilinear,
	upsampleBilinearInputGrad,
	upsampleNearest,
	upsampleNearestInputGrad,
} from "../../src/kernels/upsample.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

/** Both kinds are held to these: [N,H,W,C] to [OH,OW]. */
const sizes: [
	x: [number, number, number, number],
	to: [height: number, width: number],
][] = [
	[
		[1, 1, 1, 1],
		[1, 1],
	],
	[
		[1, 1, 1, 4],
		[3, 5],
	],
	[
		[2, 3, 5, 3],
		[7, 11],
	],
	[
		[1, 4, 4, 8],
		[7, 9],
	],
	// By one factor, and by two.
	[
		[2, 3, 5, 4],
		[6, 10],
	],
	[
		[1, 3, 5, 59],
		[6, 15],
	],
	// Smaller: some pixels reach no output.
	[
		[1, 13, 11, 4],
		[5, 2],
	],
	[
		[2, 7, 9, 1],
		[14, 3],
	],
	[
		[1, 8, 8, 3],
		[1, 1],
	],
	// Above one workgroup.
	[
		[3, 10, 17, 12],
		[23, 19],
	],
];

/** Nearest and bilinear upsampling, their gradients, and the calls they reject. */
export const cases: Case[] = [
	row(upsampleNearest, { x: normal(1, 1, 1, 1) }),
	row(upsampleNearest, { x: normal(2, 3, 5, 3) }),
	row(upsampleNearest, { x: normal(1, 7, 11, 59) }, { factor: 3 }),
	row(upsampleNearest, { x: normal(2, 5, 3, 4) }, { factor: 1 }),
	row(upsampleNearest, { x: normal(2, 5, 7, 8) }),
	row(upsampleBilinear, { x: normal(1, 7, 11, 5) }),
	row(upsampleBilinear, { x: normal(2, 5, 3, 8) }, { factor: 3 }),
	row(upsampleBilinear, { x: normal(1, 5, 3, 2) }, { size: 4 }),
	row(upsampleNearestInputGrad, { dy: normal(3, 9, 12, 11) }, { size: [3, 4] }),
	row(upsampleNearestInputGrad, { dy: normal(2, 6, 10, 12) }, { size: [3, 5] }),
	...sizes.flatMap(([x, size]) => {
		const dy = normal(x[0], ...size, x[3]);
		const back = { size: [x[1], x[2]] };
		return [
			row(upsampleNearest, { x: normal(...x) }, { size }),
			row(upsampleNearestInputGrad, { dy }, back),
			row(upsampleBilinear, { x: normal(...x) }, { size }),
			row(upsampleBilinearInputGrad, { dy }, back),
		];
	}),
	timed(upsampleNearest, { x: normal(4, 32, 32, 32) }),
	timed(
		upsampleNearestInputGrad,
		{ dy: normal(4, 64, 64, 32) },
		{ size: [32, 32] },
	),
	timed(upsampleNearest, { x: normal(4, 32, 32, 32) }, { size: [65, 63] }),
	timed(upsampleBilinear, { x: normal(4, 32, 32, 32) }),
	timed(
		upsampleBilinearInputGrad,
		{ dy: normal(4, 64, 64, 32) },
		{ size: [32, 32] },
	),
	...[upsampleNearest, upsampleBilinear].flatMap((op) => [
		fails(op, { x: normal(3, 5, 3) }, {}, "x must have rank 4"),
		fails(
			op,
			{ x: normal(1, 3, 5, 3) },
			{ factor: 1.5 },
			"factor 1.5 must be positive integers",
		),
		fails(
			op,
			{ x: normal(1, 3, 5, 3) },
			{ size: [4, 0] },
			"size 4x0 must be positive integers",
		),
		fails(
			op,
			{ x: normal(1, 3, 5, 3) },
			{ factor: 2, size: [6, 10] },
			"give a factor or a size, not both",
		),
	]),
	...[upsampleNearestInputGrad, upsampleBilinearInputGrad].flatMap((op) => [
		fails(
			op,
			{ dy: normal(1, 3, 4, 3) },
			{},
			"size 0x0 must be positive integers",
		),
		fails(
			op,
			{ dy: normal(1, 70000, 1, 1) },
			{ size: [70000, 1] },
			"70000 to 70000 pixels is too large a step",
		),
	]),
];
