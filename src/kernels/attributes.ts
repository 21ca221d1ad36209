import { invalid } from "../engine/errors.ts";
import { formatShape, type Shape } from "../engine/shape.ts";

/** The axis as a number from 0; negative ones count from the last. Rejects an axis that the tensor lacks. */
export function axisOf(axis: number, shape: Shape): number {
	const rank = shape.length;
	if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
		invalid(`axis ${axis} does not exist in shape ${formatShape(shape)}`);
	}
	return axis < 0 ? axis + rank : axis;
}

/** The axes as numbers from 0, in order. Rejects what is no list of axes that the tensor has. */
export function axesOf(axes: readonly number[], shape: Shape): number[] {
	if (!Array.isArray(axes)) invalid(`axes ${axes} must be a list of axes`);
	return axes.map((axis) => axisOf(axis, shape));
}

/** Rejects what is no shape; `what` names the attribute. */
export function isShape(what: string, shape: Shape): void {
	const extent = (d: number) => Number.isInteger(d) && d > 0;
	if (!Array.isArray(shape) || !shape.every(extent)) {
		invalid(`${what} [${shape}] must be a list of positive integers`);
	}
}

/** Rejects a number outside [low, high], and NaN; `what` names the attribute. */
export function inRange(
	what: string,
	value: number,
	low: number,
	high: number,
): void {
	if (!(value >= low && value <= high)) {
		invalid(`${what} ${value} must be in ${low}..${high}`);
	}
}

/** Rejects negative numbers, infinity and NaN; `what` names the attribute. */
export function notNegative(what: string, value: number): void {
	if (!(value >= 0 && Number.isFinite(value))) {
		invalid(`${what} ${value} must be a finite number of at least 0`);
	}
}

/** Rejects NaN and the infinities; `what` names the attribute. */
export function finite(what: string, value: number): void {
	if (!Number.isFinite(value)) {
		invalid(`${what} ${value} must be a finite number`);
	}
}

/** Rejects a tensor of another rank; `form` shows the expected one, such as `[N, H, W, C]`. */
export function hasRank(
	what: string,
	shape: Shape,
	rank: number,
	form: string,
): void {
	if (shape.length !== rank) {
		invalid(`${what} has rank ${shape.length} but must be ${form}`);
	}
}

/** Rejects a tensor whose shape differs from the expected one, which `why` explains. */
export function hasShape(
	what: string,
	shape: Shape,
	expected: Shape,
	why: string,
): void {
	if (
		shape.length !== expected.length ||
		!shape.every((d, i) => d === expected[i])
	) {
		invalid(
			`${what} is ${formatShape(shape)} but must be ${formatShape(expected)}, ${why}`,
		);
	}
}

/** Rejects a number that is no 32-bit integer; `what` names the attribute. */
export function integer(what: string, value: number): void {
	if (value !== (value | 0)) invalid(`${what} ${value} must be an integer`);
}

/** Rejects what is no integer of at least 1; `what` names the attribute. */
export function positiveInteger(what: string, value: number): void {
	if (!Number.isInteger(value) || value < 1) {
		invalid(`${what} ${value} must be an integer of at least 1`);
	}
}
