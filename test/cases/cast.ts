import { cast } from "../../src/kernels/cast.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

/** Change of storage. Of integers: integers.ts. */
export const cases: Case[] = [
	row(cast, { x: normal(3, 5) }),
	row(cast, { x: normal(700) }, { to: "f32" }),
	timed(cast, { x: normal(4, 64, 64, 32) }),
	fails(cast, { x: normal(3) }, { to: "f64" }, "to is f64"),
];
