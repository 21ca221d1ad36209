import { dropout } from "../../src/kernels/dropout.ts";
import { type Case, fails, labels, normal, row, timed } from "../case.ts";

export const cases: Case[] = [
	row(dropout, { x: normal(1) }),
	row(dropout, { x: normal() }, { seed: 7 }),
	row(dropout, { x: normal(7, 11, 13) }, { rate: 0.25, seed: 3, step: 1000 }),
	row(dropout, { x: normal(4, 16, 16, 8) }, { rate: 0.9, seed: -1, step: -5 }),
	row(dropout, { x: normal(600) }, { rate: 0, seed: 2 ** 31 - 1 }),
	row(dropout, { x: normal(600) }, { rate: 0.999999999999 }),
	fails(
		dropout,
		{ x: normal(4) },
		{ rate: 1 },
		"rate 1 must be at least 0 and below 1",
	),
	fails(
		dropout,
		{ x: normal(4) },
		{ rate: -0.1 },
		"rate -0.1 must be at least 0",
	),
	fails(
		dropout,
		{ x: normal(4) },
		{ seed: 0.5 },
		"seed 0.5 must be an integer",
	),
	fails(
		dropout,
		{ x: normal(4) },
		{ step: 2 ** 32 },
		"step 4294967296 must be an integer",
	),
	fails(dropout, { x: labels(3, [4]) }, {}, "x is i32 but must be f32"),
	timed(dropout, { x: normal(4, 64, 64, 32) }),
];
