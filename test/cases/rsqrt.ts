import { rsqrt } from "../../src/kernels/rsqrt.ts";
import { type Case, fails, normal, row, timed, uniform } from "../case.ts";

export const cases: Case[] = [
	row(rsqrt, { x: uniform(0.5, 2, 1) }),
	row(rsqrt, { x: uniform(0.5, 2, 7, 11, 13) }, { epsilon: 1e-3 }),
	row(rsqrt, { x: uniform(0.1, 2, 4, 300) }, { epsilon: 0.5 }),
	row(rsqrt, { x: uniform(0.1, 2, 5) }, { epsilon: 0 }),
	fails(
		rsqrt,
		{ x: normal(4) },
		{ epsilon: -1 },
		"epsilon -1 must be a finite number of at least 0",
	),
	timed(rsqrt, { x: uniform(0.5, 2, 4, 64, 64, 32) }),
];
