import { invalid } from "../engine/errors.ts";

/**
 * How a window op pads the height and width of its input: `"same"` as
 * TensorFlow defines it, `"valid"` (none), a number for every side, or
 * `[top, bottom, left, right]` in pixels.
 */
export type Padding =
	| "same"
	| "valid"
	| number
	| readonly [top: number, bottom: number, left: number, right: number];

/** A value per spatial dimension: `[height, width]`. */
export type Extents = readonly [height: number, width: number];

/** Pixels added on each side. */
export interface Pads {
	readonly top: number;
	readonly bottom: number;
	readonly left: number;
	readonly right: number;
}

/**
 * Pixels that `padding` adds around an input of `input` pixels. With `"same"`
 * the output has ceil(input / stride) pixels and an odd pixel goes to the
 * bottom and right (TensorFlow, `tf.nn.convolution`).
 * Rejects sizes that are no positive integers and pads that are negative or fractional.
 */
export function resolvePadding(
	padding: Padding,
	input: Extents,
	kernel: Extents,
	stride: Extents,
	dilation: Extents,
): Pads {
	positiveIntegers("kernel size", kernel);
	positiveIntegers("stride", stride);
	positiveIntegers("dilation", dilation);
	if (padding === "same") {
		const [top, bottom] = same(input[0], kernel[0], stride[0], dilation[0]);
		const [left, right] = same(input[1], kernel[1], stride[1], dilation[1]);
		return { top, bottom, left, right };
	}
	if (padding === "valid") return { top: 0, bottom: 0, left: 0, right: 0 };
	const sides =
		typeof padding === "number"
			? [padding, padding, padding, padding]
			: padding;
	if (
		!Array.isArray(sides) ||
		sides.length !== 4 ||
		!sides.every((p) => Number.isInteger(p) && p >= 0)
	) {
		invalid(
			`padding ${JSON.stringify(padding)} must be "same", "valid", an integer >= 0 or four of them [top, bottom, left, right]`,
		);
	}
	const [top, bottom, left, right] = sides;
	return { top, bottom, left, right };
}

/**
 * Number of positions a window of `kernel` taps takes along one dimension.
 * Rejects a window larger than the padded input.
 */
export function outputExtent(
	input: number,
	kernel: number,
	stride: number,
	dilation: number,
	padBefore: number,
	padAfter: number,
): number {
	const span = (kernel - 1) * dilation + 1;
	const room = input + padBefore + padAfter;
	if (span > room) {
		invalid(
			`the window spans ${span} pixels but the padded input has only ${room}; use a smaller window or more padding`,
		);
	}
	return Math.floor((room - span) / stride) + 1;
}

/** `[2, 2]` from `2`; a pair stays as it is. */
export function pair(value: number | Extents): Extents {
	return typeof value === "number" ? [value, value] : value;
}

/** Rejects values that are no positive integers, naming them as `what`. */
export function positiveIntegers(
	what: string,
	values: readonly number[],
): void {
	const whole = (v: number) => Number.isInteger(v) && v > 0;
	if (!Array.isArray(values) || !values.every(whole)) {
		invalid(`${what} ${[values].flat().join("x")} must be positive integers`);
	}
}

function same(
	input: number,
	kernel: number,
	stride: number,
	dilation: number,
): [number, number] {
	const span = (kernel - 1) * dilation + 1;
	const outputs = Math.ceil(input / stride);
	const total = Math.max((outputs - 1) * stride + span - input, 0);
	return [Math.floor(total / 2), Math.ceil(total / 2)];
}
