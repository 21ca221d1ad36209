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
import workgroupKernel from "./conv2d-workgroup.wgsl";
import { itemGrid } from "./grid.ts";
import { quadKinds } from "./matmul.ts";

// Convolutions of any window and any channels as one matrix product, without
// an array of patches. The kinds are those of matmulKinds.

/** How: with loads that four lanes share, or tiles in workgroup memory. */
export type DirectKind = "quad" | "wideQuad" | "workgroup";

/** The kinds worth to be tried first for so many result channels. */
export function directKinds(
	capabilities: Capabilities,
	results: number,
): readonly DirectKind[] {
	if (!capabilities.software) return ["workgroup"];
	return quadKinds(capabilities, results);
}

/** Stages of `conv2d`. */
export function directForward(
	g: ConvGeometry,
	kind: DirectKind,
	hasBias: boolean,
): Variant {
	const { kernel, stride, dilation, pad } = windowParams(g);
	return product(kind, {
		reduced: g.channels,
		results: g.outChannels,
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

/** Stages of `conv2dInputGrad` with stride 1: the convolution of dy with the rotated filter. */
export function directInputGrad(g: ConvGeometry, kind: DirectKind): Variant {
	const { kernel, stride, dilation } = windowParams(g);
	const reach = (i: 0 | 1) => g.dilation[i] * (g.kernel[i] - 1);
	return product(kind, {
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
	kind: DirectKind,
	{ reduced, results, flip, hasBias, params: window }: Product,
): Variant {
	const o4 = ceilDiv(results, 4);
	const taps = window.kernel[0] * window.kernel[1];
	const prepared = flip || results % 4 > 0;
	const params = { ...window, c: reduced, o: results, o4 };
	const tiles = (height: number, width: number) =>
		ceilDiv(window.pixels, height) * ceilDiv(results, width);
	const bias = { HAS_BIAS: hasBias ? 1 : 0 };
	const rename = {
		...(flip && { x: "dy" }),
		...(prepared && { w: "filter" }),
	};
	const wide = kind === "wideQuad";
	const main =
		kind === "workgroup"
			? dispatch({
					kernel: workgroupKernel,
					params,
					constants: bias,
					grid: linearGrid(tiles(64, 64)),
					rename,
				})
			: dispatch({
					kernel: quadKernel,
					params,
					constants: { ...bias, WIDE: wide ? 1 : 0 },
					grid: linearGrid(ceilDiv(tiles(16, wide ? 32 : 16), 16)),
					rename,
				});
	if (!prepared) return { stages: [main], scratch: {} };
	const filter = filterStage(taps, reduced, results, flip);
	return {
		stages: [filter.stage, main],
		scratch: { filter: filter.elements },
	};
}

/** The dispatch that writes `filter`, w with results padded to fours, and with `flip` rotated and transposed. */
export function filterStage(
	taps: number,
	reduced: number,
	results: number,
	flip: boolean,
	rename = { w: "w", u: "filter" },
): { stage: Dispatch; elements: number } {
	const width = 4 * ceilDiv(results, 4);
	const elements = taps * reduced * width;
	const stage = dispatch({
		kernel: filterKernel,
		params: { taps, reduced, results, width },
		constants: { FLIP: flip ? 1 : 0 },
		grid: itemGrid(elements),
		rename,
	});
	return { stage, elements };
}
