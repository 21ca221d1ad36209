import { invalid } from "../engine/errors.ts";
import { dispatch, single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { hasShape, inRange } from "./attributes.ts";
import { channelRows, checkMoments, launchAffine } from "./channels.ts";
import type { NoAttrs } from "./elementwise.ts";
import { itemGrid } from "./grid.ts";
import chunkKernel from "./moments-chunk.wgsl";
import mergeKernel from "./moments-merge.wgsl";
import updateKernel from "./moments-update.wgsl";

/** Attributes of `updateMoments`. */
export interface UpdateMomentsAttrs {
	/** Share of the old value that stays; default 0.99, as Keras' BatchNormalization. PyTorch's `momentum` is 1 minus this. */
	readonly momentum: number;
	/**
	 * 0 (default) averages the biased variance, as Keras does; the number of values per channel
	 * averages the unbiased one, as PyTorch's BatchNorm2d does (variance * n / (n - 1)).
	 */
	readonly unbiasedCount: number;
}

/** Mean and biased variance per channel: x [..., C] -> [2, C]; f32, exact also where the mean dwarfs the deviation. */
export const moments: Op<["x"], NoAttrs> = /* @__PURE__ */ defineOp({
	name: "moments",
	// Statistics of half-precision values need more than half precision.
	dtype: "f32",
	inputs: ["x"],
	defaults: {},
	shape({ x }) {
		checkMoments(x);
		return [2, x[x.length - 1]];
	},
	reference({ x }, _, y) {
		const { rows, channels } = channelRows(x.shape);
		for (let c = 0; c < channels; c++) {
			let sum = 0;
			for (let r = 0; r < rows; r++) sum += x.data[r * channels + c];
			const mean = sum / rows;
			let squares = 0;
			for (let r = 0; r < rows; r++) {
				squares += (x.data[r * channels + c] - mean) ** 2;
			}
			y.data[c] = mean;
			y.data[channels + c] = squares / rows;
		}
	},
	launch({ shapes }) {
		const params = channelRows(shapes.x);
		const partial = params.chunks * params.channels;
		return [
			{
				stages: [
					dispatch({
						kernel: chunkKernel,
						params: { ...params },
						grid: itemGrid(partial),
					}),
					dispatch({
						kernel: mergeKernel,
						params: { ...params },
						grid: itemGrid(params.channels),
					}),
				],
				scratch: { partial: 2 * partial },
			},
		];
	},
	grad: {
		x: ({ inputs: { x }, y, dy }) => momentsInputGrad(x, y, dy),
	},
});

/** Gradient of `moments` with respect to x: (dMean + 2 (x - mean) dVariance) / rows. */
export const momentsInputGrad: Op<["x", "moments", "dMoments"], NoAttrs> =
	/* @__PURE__ */ defineOp({
		name: "momentsInputGrad",
		dtypeLike: "x",
		inputs: ["x", "moments", "dMoments"],
		defaults: {},
		shape(shapes) {
			checkMoments(shapes.x, shapes.moments);
			checkMoments(shapes.x, shapes.dMoments, "dMoments");
			return shapes.x;
		},
		reference({ x, moments, dMoments }, _, y) {
			const { rows, channels } = channelRows(x.shape);
			x.data.forEach((v, i) => {
				const c = i % channels;
				const dVariance = dMoments.data[channels + c];
				y.data[i] =
					(dMoments.data[c] + 2 * (v - moments.data[c]) * dVariance) / rows;
			});
		},
		launch: ({ y }) => launchAffine("momentsInputGrad", y, 0),
	});

/**
 * Moves running moments [2, C] towards a batch's, in place:
 * running = momentum * running + (1 - momentum) * batch (Keras' direction).
 * Without `unbiasedCount` they may have any shape: an exponential moving average.
 */
export const updateMoments: Op<["running", "batch"], UpdateMomentsAttrs> =
	/* @__PURE__ */ defineOp({
		name: "updateMoments",
		inputs: ["running", "batch"],
		updates: ["running"],
		together: (n, { unbiasedCount }) => (unbiasedCount ? undefined : [n]),
		defaults: { momentum: 0.99, unbiasedCount: 0 },
		live: ["momentum"],
		shape({ running, batch }, { momentum, unbiasedCount }) {
			if (unbiasedCount && (running.length !== 2 || running[0] !== 2)) {
				invalid("running must be [2, C], mean and variance per channel");
			}
			hasShape("batch", batch, running, "the shape of running");
			inRange("momentum", momentum, 0, 1);
			if (
				!Number.isInteger(unbiasedCount) ||
				unbiasedCount < 0 ||
				unbiasedCount === 1
			) {
				invalid(
					`unbiasedCount ${unbiasedCount} must be 0 (biased variance) or an integer of at least 2`,
				);
			}
			return running;
		},
		reference({ running, batch }, attrs) {
			const channels = running.data.length / 2;
			running.data.forEach((old, i) => {
				const factor = i < channels ? 1 : correction(attrs.unbiasedCount);
				running.data[i] =
					attrs.momentum * old + (1 - attrs.momentum) * factor * batch.data[i];
			});
		},
		launch({ shapes: { running }, attrs: { momentum, unbiasedCount } }) {
			const n = sizeOf(running);
			const params = {
				n,
				// Of an odd number nothing is corrected: where the variances begin does not matter.
				channels: Math.ceil(n / 2),
				momentum,
				rest: 1 - momentum,
				correction: correction(unbiasedCount),
			};
			return [single({ kernel: updateKernel, params, grid: itemGrid(n) })];
		},
	});

/** Bessel's factor from biased to unbiased variance; 1 for count 0. */
function correction(count: number): number {
	return count ? count / (count - 1) : 1;
}
