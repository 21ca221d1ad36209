import { cast } from "../../src/kernels/cast.ts";
import { type Case, fails, labels, normal, row, timed } from "../case.ts";

/** Change of storage. To f16 it is checked in test/storage.test.ts, where the adapter has it. */
export const cases: Case[] = [
	row(cast, { x: normal(3, 5) }),
	row(cast, { x: normal(700) }, { to: "f32" }),
	timed(cast, { x: normal(4, 64, 64, 32) }),
	fails(cast, { x: normal(3) }, { to: "f64" }, "to is f64"),
	fails(cast, { x: labels(3, [4]) }, {}, "x is i32 but must be f32"),
];
