import { ShapeError } from "../engine/errors.ts";
import { formatShape, sameShape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { add, mul } from "./elementwise.ts";
import { mean } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { rsqrt } from "./rsqrt.ts";
import { centered } from "./variance.ts";

/** Options of `layerNorm` and `instanceNorm`. */
export interface NormOptions {
	/** Added to the variance; default 1e-3, as Keras' LayerNormalization and GroupNormalization (PyTorch: 1e-5). */
	readonly epsilon?: number;
}

/** Options of `groupNorm`. */
export interface GroupNormOptions extends NormOptions {
	/** Number of groups that the channels are split into, in order; default 32 (the paper, Keras). */
	readonly groups?: number;
}

/**
 * Normalises the channels of every position by their own mean and variance, then * gamma + beta;
 * x [..., C], gamma and beta [C]. Ba, Kiros and Hinton 2016, arXiv:1607.06450.
 * @throws ShapeError when gamma or beta is not [C].
 */
export function layerNorm(
	x: Tensor,
	gamma: Tensor,
	beta: Tensor,
	{ epsilon = 1e-3 }: NormOptions = {},
): Tensor {
	checkAffine("layerNorm", x, gamma, beta);
	return affine(standardized(x, [-1], epsilon), gamma, beta);
}

/**
 * Normalises every channel of every image by its own mean and variance, then * gamma + beta;
 * x [N, ..., C], gamma and beta [C]. Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022.
 * @throws ShapeError when gamma or beta is not [C].
 */
export function instanceNorm(
	x: Tensor,
	gamma: Tensor,
	beta: Tensor,
	options: NormOptions = {},
): Tensor {
	return inGroups("instanceNorm", x, gamma, beta, {
		groups: x.shape[x.shape.length - 1],
		...options,
	});
}

/**
 * Normalises every group of neighbouring channels of every image by its own mean and variance,
 * then * gamma + beta; x [N, ..., C], gamma and beta [C]. Wu and He 2018, arXiv:1803.08494.
 * @throws ShapeError when gamma or beta is not [C] or the groups do not divide C.
 */
export function groupNorm(
	x: Tensor,
	gamma: Tensor,
	beta: Tensor,
	options: GroupNormOptions = {},
): Tensor {
	return inGroups("groupNorm", x, gamma, beta, options);
}

function inGroups(
	name: string,
	x: Tensor,
	gamma: Tensor,
	beta: Tensor,
	{ groups = 32, epsilon = 1e-3 }: GroupNormOptions,
): Tensor {
	checkAffine(name, x, gamma, beta);
	const channels = x.shape[x.shape.length - 1];
	if (!(Number.isInteger(groups) && groups > 0 && channels % groups === 0)) {
		throw new ShapeError(
			`${name}: ${groups} groups do not divide the ${channels} channels of x ${formatShape(x.shape)}`,
		);
	}
	const shape = [x.shape[0], -1, groups, channels / groups];
	const y = standardized(reshape(x, { shape }), [1, 3], epsilon);
	return affine(reshape(y, { shape: x.shape }), gamma, beta);
}

/** x with mean 0 and variance 1 over axes. */
function standardized(
	x: Tensor,
	axes: readonly number[],
	epsilon: number,
): Tensor {
	const difference = centered(x, axes);
	const squares = mul(difference, difference);
	const variance = mean(squares, { axes, keepDims: true });
	return mul(difference, rsqrt(variance, { epsilon }));
}

function affine(x: Tensor, gamma: Tensor, beta: Tensor): Tensor {
	return add(mul(x, gamma), beta);
}

function checkAffine(
	name: string,
	x: Tensor,
	gamma: Tensor,
	beta: Tensor,
): void {
	if (x.shape.length < 2) {
		throw new ShapeError(
			`${name}: x ${formatShape(x.shape)} must be [N, ..., C] of rank 2 or more`,
		);
	}
	const channels = x.shape.slice(-1);
	for (const [what, t] of [
		["gamma", gamma],
		["beta", beta],
	] as const) {
		if (!sameShape(t.shape, channels)) {
			throw new ShapeError(
				`${name}: ${what} is ${formatShape(t.shape)} but must be ${formatShape(channels)}, a value per channel of x`,
			);
		}
	}
}
