import type { NdArray } from "../engine/op.ts";

/** Row i of x [..., K] for references: its values, its maximum, and the sum of exp(value - maximum). */
export function classScores(
	x: NdArray,
	i: number,
): { values: number[]; largest: number; sum: number } {
	const classes = x.shape[x.shape.length - 1];
	const values = Array.from(x.data.subarray(i * classes, (i + 1) * classes));
	const largest = Math.max(...values);
	const sum = values.reduce((s, v) => s + Math.exp(v - largest), 0);
	return { values, largest, sum };
}
