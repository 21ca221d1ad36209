import {
	type Capabilities,
	ceilDiv,
	dispatch,
	type Grid,
	linearGrid,
	type Variant,
} from "../engine/index.ts";
import { filterStage } from "./conv2d-direct.ts";
import { type ConvGeometry, stepsByOne } from "./conv2d-geometry.ts";
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
	return stepsByOne(g) && g.kernel[1] === 3 && results % 4 === 0;
}

/** An image whose channels are not in fours is copied into one with zeros beside them. */
function inFours(name: string, pixels: number, channels: number) {
	if (channels % 4 === 0) return { stages: [], scratch: {}, image: name };
	const names = { w: name, u: "padded" };
	const { stage, elements } = filterStage(1, pixels, channels, false, names);
	return { stages: [stage], scratch: { padded: elements }, image: "padded" };
}

/** The way to compute `conv2d`, if it applies. */
export function stripForward(
	g: ConvGeometry,
	capabilities: Capabilities,
	hasBias: boolean,
): Variant[] {
	return convolution(g, capabilities, {
		image: "x",
		from: [g.width, g.height],
		to: [g.outWidth, g.outHeight],
		pad: [g.left, g.top],
		reduced: g.channels,
		results: g.outChannels,
		flip: false,
		hasBias,
	});
}

/** The way to compute `conv2dInputGrad`, if it applies: the convolution of dy with the rotated filter. */
export function stripInputGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	return convolution(g, capabilities, {
		image: "dy",
		from: [g.outWidth, g.outHeight],
		to: [g.width, g.height],
		pad: [2 - g.left, g.kernel[0] - 1 - g.top],
		reduced: g.outChannels,
		results: g.channels,
		flip: true,
		hasBias: false,
	});
}

/** What is convolved into what; extents are width, height. */
interface Strips {
	readonly image: string;
	readonly from: readonly [number, number];
	readonly to: readonly [number, number];
	readonly pad: readonly [number, number];
	readonly reduced: number;
	readonly results: number;
	readonly flip: boolean;
	readonly hasBias: boolean;
}

/** For software adapters, whose lanes in fours are neighbours. */
function convolution(
	g: ConvGeometry,
	{ software, features }: Capabilities,
	{ image, from, to, pad, reduced, results, flip, hasBias }: Strips,
): Variant[] {
	if (!software || !features.has("subgroups") || !applies(g, results)) {
		return [];
	}
	const x = inFours(image, g.batch * from[0] * from[1], reduced);
	const filter = flip
		? filterStage(3 * g.kernel[0], reduced, results, true)
		: undefined;
	const main = dispatch({
		kernel: stripKernel,
		params: {
			x_size: from,
			y_size: to,
			pad,
			kernel_height: g.kernel[0],
			c: reduced,
			c4: ceilDiv(reduced, 4),
			o4: results / 4,
			batch: g.batch,
		},
		constants: { HAS_BIAS: hasBias ? 1 : 0 },
		grid: stripGrid(g.batch, to[1], to[0], results),
		rename: { x: x.image, ...(filter && { w: "filter" }) },
	});
	return [
		{
			stages: [...x.stages, ...(filter ? [filter.stage] : []), main],
			scratch: { ...x.scratch, ...(filter && { filter: filter.elements }) },
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
