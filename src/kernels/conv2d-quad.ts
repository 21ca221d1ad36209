import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	linearGrid,
	type Variant,
} from "../engine/index.ts";
import filterKernel from "./conv2d-filter.wgsl";
import { type ConvGeometry, windowParams } from "./conv2d-geometry.ts";
import quadKernel from "./conv2d-quad.wgsl";
import { splitWeightGrad } from "./conv2d-weight-grad.ts";
import weightGradKernel from "./conv2d-weight-grad-quad.wgsl";
import { itemGrid } from "./grid.ts";
import { quadKinds } from "./matmul.ts";

// Convolutions whose loads four lanes share, for software adapters: any window,
// any channels. (Where that is so: matmulKinds.)

/** Ways to compute `conv2d` so; none on other adapters. */
export function quadForward(
	g: ConvGeometry,
	capabilities: Capabilities,
	hasBias: boolean,
): Variant[] {
	const results = g.outChannels;
	const { kernel, stride, dilation, pad } = windowParams(g);
	return product(capabilities, {
		reduced: g.channels,
		results,
		flip: false,
		hasBias,
		params: {
			kernel,
			stride,
			dilation,
			pad,
			x_size: [g.width, g.height],
			y_size: [g.outWidth, g.outHeight],
			pixels: g.batch * g.outHeight * g.outWidth,
		},
	});
}

/** Ways to compute `conv2dInputGrad` with stride 1: the convolution of dy with the rotated filter. */
export function quadInputGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	if (g.stride[0] * g.stride[1] !== 1) return [];
	const { kernel, stride, dilation } = windowParams(g);
	const reach = (i: 0 | 1) => g.dilation[i] * (g.kernel[i] - 1);
	return product(capabilities, {
		reduced: g.outChannels,
		results: g.channels,
		flip: true,
		hasBias: false,
		params: {
			kernel,
			stride,
			dilation,
			pad: [reach(1) - g.left, reach(0) - g.top],
			x_size: [g.outWidth, g.outHeight],
			y_size: [g.width, g.height],
			pixels: g.batch * g.height * g.width,
		},
	});
}

/** Ways to compute `conv2dWeightGrad` so; with channels in fours register tiles are as fast. */
export function quadWeightGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const { channels: c, outChannels: o } = g;
	const [kind] = quadKinds(capabilities, o);
	if (!kind) return [];
	const wide = kind === "wideQuad";
	const weightRows = g.kernel[0] * g.kernel[1] * c;
	const tiles = ceilDiv(weightRows, 16) * ceilDiv(o, wide ? 32 : 16);
	const stage = (chunk_rows: number, invocations: number) =>
		dispatch({
			kernel: weightGradKernel,
			params: {
				...windowParams(g),
				x_size: [g.width, g.height],
				dy_size: [g.outWidth, g.outHeight],
				rows: g.batch * g.outHeight,
				c,
				o,
				chunk_rows,
			},
			constants: { WIDE: wide ? 1 : 0, WHOLE: o % 4 ? 0 : 1 },
			grid: itemGrid(invocations),
		});
	return [splitWeightGrad(g, capabilities, 4 * tiles, stage)];
}

interface Product {
	readonly reduced: number;
	readonly results: number;
	readonly flip: boolean;
	readonly hasBias: boolean;
	readonly params: {
		readonly kernel: number[];
		readonly stride: number[];
		readonly dilation: number[];
		readonly pad: number[];
		readonly x_size: number[];
		readonly y_size: number[];
		readonly pixels: number;
	};
}

function product(
	capabilities: Capabilities,
	{ reduced, results, flip, hasBias, params }: Product,
): Variant[] {
	const [kind] = quadKinds(capabilities, results);
	if (!kind) return [];
	const wide = kind === "wideQuad";
	const o4 = ceilDiv(results, 4);
	const taps = params.kernel[0] * params.kernel[1];
	const prepared = flip || results % 4 > 0;
	const main = dispatch({
		kernel: quadKernel,
		params: { ...params, c: reduced, o: results, o4 },
		constants: { HAS_BIAS: hasBias ? 1 : 0, WIDE: wide ? 1 : 0 },
		grid: linearGrid(
			ceilDiv(ceilDiv(params.pixels, 16) * ceilDiv(o4, wide ? 8 : 4), 16),
		),
		rename: {
			...(flip && { x: "dy" }),
			...(prepared && { w: "filter" }),
		},
	});
	if (!prepared) return [{ stages: [main], scratch: {} }];
	const elements = taps * reduced * 4 * o4;
	const filter: Dispatch = dispatch({
		kernel: filterKernel,
		params: { taps, reduced, results, width: 4 * o4 },
		constants: { FLIP: flip ? 1 : 0 },
		grid: itemGrid(elements),
		rename: { u: "filter" },
	});
	return [{ stages: [filter, main], scratch: { filter: elements } }];
}
