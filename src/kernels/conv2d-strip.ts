import {
	type Capabilities,
	ceilDiv,
	dispatch,
	type Grid,
	linearGrid,
	type Variant,
} from "../engine/index.ts";
import { filterStage } from "./conv2d-direct.ts";
import type { ConvGeometry } from "./conv2d-geometry.ts";
import stripKernel from "./conv2d-strip.wgsl";
import { splitWeightGrad } from "./conv2d-weight-grad.ts";
import weightGradKernel from "./conv2d-weight-grad-strip.wgsl";

// Convolutions three pixels wide, along strips of the image: what one pixel
// loads serves its neighbours too.

/**
 * Whether a direct product costs less than Winograd's transforms: those go by
 * the sum of the channels, the product by c * o. The 8 is measured.
 */
export function fewChannels({ channels, outChannels }: ConvGeometry): boolean {
	return channels * outChannels < 8 * (channels + outChannels);
}

/** Kernels three wide, stride 1, no dilation, channels in fours. */
function applies(g: ConvGeometry): boolean {
	const one = [...g.stride, ...g.dilation].every((v) => v === 1);
	return (
		one && g.kernel[1] === 3 && g.channels % 4 === 0 && g.outChannels % 4 === 0
	);
}

/** The way to compute `conv2d`, if it applies; for software adapters, whose lanes in fours are neighbours. */
export function stripForward(
	g: ConvGeometry,
	{ software, features }: Capabilities,
	hasBias: boolean,
): Variant[] {
	if (!software || !features.has("subgroups") || !applies(g)) return [];
	const main = dispatch({
		kernel: stripKernel,
		params: {
			x_size: [g.width, g.height],
			y_size: [g.outWidth, g.outHeight],
			pad: [g.left, g.top],
			kernel_height: g.kernel[0],
			c4: g.channels / 4,
			o4: g.outChannels / 4,
			batch: g.batch,
		},
		constants: { HAS_BIAS: hasBias ? 1 : 0 },
		grid: stripGrid(g.batch, g.outHeight, g.outWidth, g.outChannels),
	});
	return [{ stages: [main], scratch: {} }];
}

/** The way to compute `conv2dInputGrad`, if it applies: the convolution of dy with the rotated filter. */
export function stripInputGrad(
	g: ConvGeometry,
	{ software, features }: Capabilities,
): Variant[] {
	if (!software || !features.has("subgroups") || !applies(g)) return [];
	const taps = 3 * g.kernel[0];
	const filter = filterStage(taps, g.outChannels, g.channels, true);
	const main = dispatch({
		kernel: stripKernel,
		params: {
			x_size: [g.outWidth, g.outHeight],
			y_size: [g.width, g.height],
			pad: [2 - g.left, g.kernel[0] - 1 - g.top],
			kernel_height: g.kernel[0],
			c4: g.outChannels / 4,
			o4: g.channels / 4,
			batch: g.batch,
		},
		grid: stripGrid(g.batch, g.height, g.width, g.channels),
		rename: { x: "dy", w: "filter" },
	});
	const scratch = { filter: filter.elements };
	return [{ stages: [filter.stage, main], scratch }];
}

/** An invocation for every 2 rows of 8 pixels and 8 channels. */
function stripGrid(
	batch: number,
	height: number,
	width: number,
	channels: number,
): Grid {
	const strips = batch * ceilDiv(height, 2) * ceilDiv(width, 8);
	const [x, y] = linearGrid(ceilDiv(strips, 64));
	return [x, y, ceilDiv(channels, 8)];
}

/** The way to compute `conv2dWeightGrad`, if it applies. */
export function stripWeightGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	if (!applies(g)) return [];
	const tiles = g.kernel[0] * (g.channels / 4) * ceilDiv(g.outChannels, 8);
	const stage = (chunk_rows: number, invocations: number) =>
		dispatch({
			kernel: weightGradKernel,
			params: {
				x_size: [g.width, g.height],
				dy_size: [g.outWidth, g.outHeight],
				pad: [g.left, g.top],
				kernel_height: g.kernel[0],
				c4: g.channels / 4,
				o4: g.outChannels / 4,
				rows: g.batch * g.outHeight,
				chunk_rows,
				invocations,
			},
			grid: linearGrid(ceilDiv(invocations, 64)),
		});
	return [splitWeightGrad(g, capabilities, tiles, stage)];
}
