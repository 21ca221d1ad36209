import type { Comparison, Row } from "./row.ts";

/** Losses that are compared: of the first steps. */
export const STEPS = 3;

/** Largest difference with which a library's times count, of an op's outputs and of losses. */
export const TOLERANCE = { op: 1e-4, step: 0.02 };

/** Whether a row's values agree with the first library's, so that its times may be compared. */
export function agrees(row: Row, kind: Comparison["kind"]): boolean {
	// The comparison is this way round because of NaN.
	return row.difference !== undefined && row.difference <= TOLERANCE[kind];
}

/** Largest difference of an output relative to that output's largest value. */
export function largestDifference(
	values: readonly Float32Array[],
	expected: readonly Float32Array[],
): number {
	const each = expected.map((wanted, i) => {
		const given = values[i];
		if (given.length !== wanted.length) return Number.POSITIVE_INFINITY;
		let scale = 0;
		let difference = 0;
		wanted.forEach((v, j) => {
			scale = Math.max(scale, Math.abs(v));
			// Math.max keeps NaN, which no tolerance lets pass.
			difference = Math.max(difference, Math.abs(v - given[j]));
		});
		return difference / scale;
	});
	return Math.max(...each);
}

/**
 * Largest difference of the first losses, relative to how much they change in
 * a step: random labels let them fall slowly, so relative to the losses
 * themselves even wrong gradients would seem right.
 */
export function lossDifference(
	values: readonly Float32Array[],
	expected: readonly Float32Array[],
): number {
	const wanted = expected.slice(0, STEPS).map(([loss]) => loss);
	const fall = Math.abs(wanted[1] - wanted[0]);
	const each = wanted.map((loss, i) => Math.abs(values[i][0] - loss) / fall);
	return Math.max(...each);
}
