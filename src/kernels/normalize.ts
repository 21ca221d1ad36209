import { dispatch, single } from "../engine/kernel.ts";
import { defineOp, type GradContext, type Op } from "../engine/op.ts";
import type { Shape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { hasShape, notNegative } from "./attributes.ts";
import { channelRows, checkMoments, launchAffine } from "./channels.ts";
import { slice } from "./concat.ts";
import { itemGrid } from "./grid.ts";
import { moments as momentsOf } from "./moments.ts";
import momentsGradKernel from "./normalize-moments-grad.wgsl";
import sumsKernel from "./normalize-sums.wgsl";
import { sumStages } from "./reduce.ts";

/** Attributes of `normalize` and its gradients. */
export interface NormalizeAttrs {
	/** Added to the variance; default 1e-3, as Keras' BatchNormalization (PyTorch: 1e-5). */
	readonly epsilon: number;
}

type NormalizeInputs = ["x", "moments", "gamma", "beta"];

const defaults: NormalizeAttrs = { epsilon: 1e-3 };

/**
 * (x - mean) / sqrt(variance + epsilon) * gamma + beta per channel; f32.
 * x [..., C], moments [2, C] (mean, variance), gamma and beta [C]. The moments
 * are an input of their own: a gradient reaches x through them by the op that made them.
 */
export const normalize: Op<NormalizeInputs, NormalizeAttrs> =
	/* @__PURE__ */ defineOp({
		name: "normalize",
		dtypeLike: "x",
		inputs: ["x", "moments", "gamma", "beta"],
		defaults,
		shape({ x, moments, gamma, beta }, attrs) {
			check(x, moments, attrs, gamma);
			hasShape("beta", beta, gamma, "a value per channel of x");
			return x;
		},
		reference({ x, moments, gamma, beta }, { epsilon }, y) {
			const channels = gamma.data.length;
			x.data.forEach((v, i) => {
				const c = i % channels;
				const deviation = Math.sqrt(moments.data[channels + c] + epsilon);
				y.data[i] =
					((v - moments.data[c]) / deviation) * gamma.data[c] + beta.data[c];
			});
		},
		takesEpilogue: true,
		launch: ({ y, attrs }) => launchAffine("normalize", y, attrs.epsilon),
		grad: {
			x: ({ inputs: { moments, gamma }, dy, attrs }) =>
				normalizeInputGrad(dy, moments, gamma, attrs),
			moments: (context) =>
				normalizeMomentsGrad(
					sums(context),
					context.inputs.moments,
					context.inputs.gamma,
					context.attrs,
				),
			gamma: (context) =>
				slice(sums(context), { axis: 0, start: 1, size: 1, keepDims: false }),
			beta: (context) =>
				slice(sums(context), { axis: 0, start: 0, size: 1, keepDims: false }),
		},
	});

/** Gradient of `normalize` with respect to x, moments held fixed: dy * gamma / sqrt(variance + epsilon). */
export const normalizeInputGrad: Op<
	["dy", "moments", "gamma"],
	NormalizeAttrs
> = /* @__PURE__ */ defineOp({
	name: "normalizeInputGrad",
	dtypeLike: "dy",
	inputs: ["dy", "moments", "gamma"],
	defaults,
	shape({ dy, moments, gamma }, attrs) {
		check(dy, moments, attrs, gamma);
		return dy;
	},
	reference({ dy, moments, gamma }, { epsilon }, y) {
		const channels = gamma.data.length;
		dy.data.forEach((d, i) => {
			const c = i % channels;
			const deviation = Math.sqrt(moments.data[channels + c] + epsilon);
			y.data[i] = (d * gamma.data[c]) / deviation;
		});
	},
	launch: ({ y, attrs }) =>
		launchAffine("normalizeInputGrad", y, attrs.epsilon, { x: "dy" }),
});

/** Sum of dy (the gradient of beta) and sum of dy * xhat (the gradient of gamma) per channel, [2, C]. */
export const normalizeSums: Op<["x", "moments", "dy"], NormalizeAttrs> =
	/* @__PURE__ */ defineOp({
		name: "normalizeSums",
		// Statistics of half-precision values need more than half precision.
		dtype: "f32",
		inputs: ["x", "moments", "dy"],
		defaults,
		shape({ x, moments, dy }, attrs) {
			check(x, moments, attrs);
			hasShape("dy", dy, x, "the shape of x");
			return moments;
		},
		reference({ x, moments, dy }, { epsilon }, y) {
			const channels = y.shape[1];
			dy.data.forEach((d, i) => {
				const c = i % channels;
				const deviation = Math.sqrt(moments.data[channels + c] + epsilon);
				y.data[c] += d;
				y.data[channels + c] += (d * (x.data[i] - moments.data[c])) / deviation;
			});
		},
		launch({ shapes: { x }, attrs: { epsilon } }) {
			const params = { ...channelRows(x), epsilon };
			const partial = params.chunks * params.channels;
			const block = { outer: 2, rows: params.chunks, inner: params.channels };
			const finish = sumStages([block], "partial", 1);
			const first = dispatch({
				kernel: sumsKernel,
				params,
				grid: itemGrid(partial),
			});
			return [
				{
					stages: [first, ...finish.stages],
					scratch: { partial: 2 * partial, ...finish.scratch },
				},
			];
		},
	});

/** Gradient [2, C] of `normalize` with respect to its moments, from `normalizeSums`. */
export const normalizeMomentsGrad: Op<
	["sums", "moments", "gamma"],
	NormalizeAttrs
> = /* @__PURE__ */ defineOp({
	name: "normalizeMomentsGrad",
	inputs: ["sums", "moments", "gamma"],
	defaults,
	shape({ sums, moments, gamma }, attrs) {
		check([1, ...gamma], moments, attrs, gamma);
		hasShape("sums", sums, moments, "two sums per channel");
		return moments;
	},
	reference({ sums, moments, gamma }, { epsilon }, y) {
		const channels = gamma.data.length;
		for (let c = 0; c < channels; c++) {
			const deviation = Math.sqrt(moments.data[channels + c] + epsilon);
			y.data[c] = (-gamma.data[c] * sums.data[c]) / deviation;
			y.data[channels + c] =
				(-gamma.data[c] * sums.data[channels + c]) / (2 * deviation ** 2);
		}
	},
	launch: ({ shapes: { gamma }, attrs: { epsilon } }) => [
		single({
			kernel: momentsGradKernel,
			params: { channels: gamma[0], epsilon },
			grid: itemGrid(gamma[0]),
		}),
	],
});

/**
 * Batch normalization in training: `normalize` by the moments of x itself;
 * x [..., C], gamma and beta [C]. Ioffe and Szegedy 2015, arXiv:1502.03167.
 */
export function batchNorm(
	x: Tensor,
	gamma: Tensor,
	beta: Tensor,
	attrs: Partial<NormalizeAttrs> = {},
): Tensor {
	return normalize(x, momentsOf(x), gamma, beta, attrs);
}

function sums(context: GradContext<NormalizeInputs, NormalizeAttrs>): Tensor {
	const { inputs, dy, attrs } = context;
	return context.shared(() =>
		normalizeSums(inputs.x, inputs.moments, dy, attrs),
	);
}

function check(
	x: Shape,
	moments: Shape,
	{ epsilon }: NormalizeAttrs,
	gamma?: Shape,
): void {
	checkMoments(x, moments);
	notNegative("epsilon", epsilon);
	if (gamma) hasShape("gamma", gamma, [moments[1]], "a value per channel of x");
}
