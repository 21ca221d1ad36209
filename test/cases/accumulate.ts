import { accumulate } from "../../src/engine/accumulate.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

export const cases: Case[] = [
	row(accumulate, { a: normal(1), b: normal(1) }),
	row(accumulate, { a: normal(7, 11, 13), b: normal(7, 11, 13) }),
	row(accumulate, { a: normal(3, 512), b: normal(3, 512) }),
	timed(accumulate, { a: normal(4, 64, 64, 32), b: normal(4, 64, 64, 32) }),
	fails(
		accumulate,
		{ a: normal(2, 3), b: normal(3, 2) },
		{},
		"shapes [2,3] and [3,2] differ",
	),
];
