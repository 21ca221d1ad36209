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
 * Whether strips cost less than what else there is on software adapters.
 * Winograd's transforms go by the sum of the channels, the product by r * q;
 * channels r not in fours must be copied, which pays where quads of 16 results
 * q are half empty. Measured: bench/NOTES.md.
 */
export function fewChannels(r: number, q: number): boolean {
	return r % 4 ? q < 16 : r * q < 8 * (r + q);
}

/** Kernels three wide, stride 1, no dilation, `results` in fours. */
function applies(g: ConvGeometry, results: number): boolean {
	const one = [...g.stride, ...g.dilation].every((v) => v === 1);
	return one && g.kernel[1] === 3 && results % 4 === 0;
}

/** An image whose channels are not in fours is copied into one with zeros beside them. */
function inFours(name: string, pixels: number, channels: number) {
	if (channels % 4 === 0) return { stages: [], scratch: {}, image: name };
	const names = { w: name, u: "padded" };
	const { stage, elements } = filterStage(1, pixels, channels, false, names);
	return { stages: [stage], scratch: { padded: elements }, image: "padded" };
}

/** The way to compute `conv2d`, if it applies; for software adapters, whose lanes in fours are neighbours. */
export function stripForward(
	g: ConvGeometry,
	{ software, features }: Capabilities,
	hasBias: boolean,
): Variant[] {
	const { batch, height, width, channels: c, outChannels: o } = g;
	if (!software || !features.has("subgroups") || !applies(g, o)) return [];
	const x = inFours("x", batch * height * width, c);
	const main = dispatch({
		kernel: stripKernel,
		params: {
			x_size: [width, height],
			y_size: [g.outWidth, g.outHeight],
			pad: [g.left, g.top],
			kernel_height: g.kernel[0],
			c,
			c4: ceilDiv(c, 4),
			o4: o / 4,
			batch,
		},
		constants: { HAS_BIAS: hasBias ? 1 : 0 },
		grid: stripGrid(batch, g.outHeight, g.outWidth, o),
		rename: { x: x.image },
	});
	return [{ stages: [...x.stages, main], scratch: x.scratch }];
}

/** The way to compute `conv2dInputGrad`, if it applies: the convolution of dy with the rotated filter. */
export function stripInputGrad(
	g: ConvGeometry,
	{ software, features }: Capabilities,
): Variant[] {
	const { batch, outHeight, outWidth, channels: c, outChannels: o } = g;
	if (!software || !features.has("subgroups") || !applies(g, c)) return [];
	const dy = inFours("dy", batch * outHeight * outWidth, o);
	const filter = filterStage(3 * g.kernel[0], o, c, true);
	const main = dispatch({
		kernel: stripKernel,
		params: {
			x_size: [outWidth, outHeight],
			y_size: [g.width, g.height],
			pad: [2 - g.left, g.kernel[0] - 1 - g.top],
			kernel_height: g.kernel[0],
			c: o,
			c4: ceilDiv(o, 4),
			o4: c / 4,
			batch,
		},
		grid: stripGrid(batch, g.height, g.width, c),
		rename: { x: dy.image, w: "filter" },
	});
	return [
		{
			stages: [...dy.stages, filter.stage, main],
			scratch: { ...dy.scratch, filter: filter.elements },
		},
	];
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
	const { batch, height, width, channels: c, outChannels: o } = g;
	if (!applies(g, o)) return [];
	const x = inFours("x", batch * height * width, c);
	const c4 = ceilDiv(c, 4);
	const tiles = g.kernel[0] * c4 * ceilDiv(o, 8);
	const stage = (chunk_rows: number, invocations: number) =>
		dispatch({
			kernel: weightGradKernel,
			params: {
				x_size: [width, height],
				dy_size: [g.outWidth, g.outHeight],
				pad: [g.left, g.top],
				kernel_height: g.kernel[0],
				c,
				c4,
				o4: o / 4,
				rows: batch * g.outHeight,
				chunk_rows,
				invocations,
			},
			grid: linearGrid(ceilDiv(invocations, 64)),
			rename: { x: x.image },
		});
	const split = splitWeightGrad(g, capabilities, tiles, stage);
	return [
		{
			stages: [...x.stages, ...split.stages],
			scratch: { ...x.scratch, ...split.scratch },
		},
	];
}
