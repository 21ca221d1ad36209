import { invalid } from "../engine/errors.ts";
import { ceilDiv, single, type Variant } from "../engine/kernel.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { hasShape } from "./attributes.ts";
import channelAffineKernel from "./channel-affine.wgsl";
import { byFours, fours } from "./fours.ts";
import { itemGrid } from "./grid.ts";

/** A tensor [..., C] as rows of channels, split into chunks of rows for an ordered two-stage reduction. */
export interface ChannelRows {
	readonly rows: number;
	readonly channels: number;
	readonly chunks: number;
}

/** Rows and channels of x; as many chunks as each has rows, so that both stages take equally long. */
export function channelRows(x: Shape): ChannelRows {
	const channels = x[x.length - 1];
	const rows = sizeOf(x) / channels;
	return { rows, channels, chunks: ceilDiv(rows, Math.ceil(Math.sqrt(rows))) };
}

/** Rejects x without a channel axis, and per-channel statistics [2, C] that do not fit it. */
export function checkMoments(
	x: Shape,
	moments?: Shape,
	what = "moments",
): void {
	if (x.length < 2) {
		invalid(`x has rank ${x.length} but must be [..., C] of rank 2 or more`);
	}
	if (moments) {
		hasShape(
			what,
			moments,
			[2, x[x.length - 1]],
			"mean and variance per channel of x",
		);
	}
}

const affineKernels = /* @__PURE__ */ fours(channelAffineKernel);

/** Values of `KIND` in channel-affine.wgsl. */
const KINDS = { normalize: 0, normalizeInputGrad: 1, momentsInputGrad: 2 };

/** The launch of channel-affine.wgsl over a tensor of shape y. */
export function launchAffine(
	kind: keyof typeof KINDS,
	y: Shape,
	epsilon: number,
	rename: { x?: string } = {},
): Variant[] {
	const { rows, channels } = channelRows(y);
	return byFours(affineKernels, channels, (kernel, lanes) => {
		// Each invocation takes 8 rows, a stride apart.
		const stride = (ceilDiv(rows, 8) * channels) / lanes;
		return single({
			kernel,
			params: {
				n: sizeOf(y) / lanes,
				stride,
				channels: channels / lanes,
				epsilon,
				perRow: 1 / rows,
			},
			constants: { KIND: KINDS[kind] },
			grid: itemGrid(stride),
			rename,
		});
	});
}
