import { ShapeError } from "../engine/errors.ts";
import { sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { mul, sub } from "./elementwise.ts";
import { mean, type ReduceAttrs, sum } from "./reduce.ts";
import { scale } from "./scale.ts";

/** Attributes of `variance`. */
export interface VarianceAttrs extends ReduceAttrs {
	/** Subtracted from the count that divides: 0 (default) gives the biased variance (NumPy), 1 the unbiased one (PyTorch). */
	readonly correction: number;
}

/** Variance over axes: the sum of squared differences from the mean / (count - correction); f32, exact also where the mean dwarfs the deviation. */
export function variance(
	x: Tensor,
	attrs: Partial<VarianceAttrs> = {},
): Tensor {
	const { correction = 0, ...reduce } = attrs;
	const difference = centered(x, reduce.axes);
	const squares = sum(mul(difference, difference), reduce);
	const count = sizeOf(x.shape) / sizeOf(squares.shape);
	if (!(correction >= 0 && correction < count)) {
		throw new ShapeError(
			`variance: correction ${correction} must be at least 0 and below the number of values, ${count}`,
		);
	}
	return scale(squares, { by: 1 / (count - correction) });
}

/** x minus its mean over axes. */
export function centered(x: Tensor, axes: ReduceAttrs["axes"] = "all"): Tensor {
	return sub(x, mean(x, { axes, keepDims: true }));
}
