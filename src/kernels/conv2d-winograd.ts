import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	linearGrid,
	type Variant,
} from "../engine/index.ts";
import type { ConvGeometry } from "./conv2d-geometry.ts";
import {
	type MatmulKind,
	matmulOuterStage,
	matmulStage,
	outerChunkRows,
} from "./matmul.ts";
import filterKernel from "./winograd-filter.wgsl";
import inputKernel from "./winograd-input.wgsl";
import outputKernel from "./winograd-output.wgsl";
import outputGradKernel from "./winograd-output-grad.wgsl";
import weightFinishKernel from "./winograd-weight-finish.wgsl";

// Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2016): 36 multiply-adds per 16 outputs and
// channel pair instead of 144, at a relative error of about 3e-6 in float32.
// Not fused: transforms and 36 matrix products are dispatches of their own.

/** Multiplications per tile. */
const PLANES = 36;

/** Whether there are fewer tiles than a product takes at a time: then the weights' transforms cost more than they save. */
export function winogradWastes({ batch, outHeight, outWidth }: ConvGeometry) {
	return batch * ceilDiv(outHeight, 4) * ceilDiv(outWidth, 4) < 16;
}

/** What the stages need to know of a stride-1 3x3 convolution. */
interface Tiling {
	/** Of the array that is transformed by the input stage: width, height. */
	readonly from: readonly [number, number];
	/** Of the array that is tiled by 4x4: width, height. */
	readonly to: readonly [number, number];
	/** Left, top; negative where the tiles start inside. */
	readonly pad: readonly [number, number];
	readonly batch: number;
	readonly reduced: number;
	readonly results: number;
}

/** Whether the algorithm applies: 3x3, stride 1, no dilation, channels in fours, transforms that fit one binding. */
export function winogradApplies(
	g: ConvGeometry,
	capabilities: Capabilities,
): boolean {
	const one = [...g.stride, ...g.dilation].every((v) => v === 1);
	const tiles = (h: number, w: number) =>
		g.batch * ceilDiv(h, 4) * ceilDiv(w, 4);
	const most = Math.max(
		tiles(g.outHeight, g.outWidth),
		tiles(g.height, g.width),
	);
	const bytes = 4 * PLANES * most * Math.max(g.channels, g.outChannels);
	return (
		one &&
		g.kernel[0] === 3 &&
		g.kernel[1] === 3 &&
		g.channels % 4 === 0 &&
		g.outChannels % 4 === 0 &&
		bytes <= capabilities.maxBindingBytes
	);
}

/** Stages of `conv2d`. */
export function winogradForward(
	g: ConvGeometry,
	kind: MatmulKind,
	hasBias: boolean,
): Variant {
	const tiling: Tiling = {
		from: [g.width, g.height],
		to: [g.outWidth, g.outHeight],
		pad: [g.left, g.top],
		batch: g.batch,
		reduced: g.channels,
		results: g.outChannels,
	};
	return convolution(tiling, kind, "x", false, hasBias);
}

/** Stages of `conv2dInputGrad`: the convolution of dy with the rotated filter. */
export function winogradInputGrad(g: ConvGeometry, kind: MatmulKind): Variant {
	const tiling: Tiling = {
		from: [g.outWidth, g.outHeight],
		to: [g.width, g.height],
		pad: [2 - g.left, 2 - g.top],
		batch: g.batch,
		reduced: g.outChannels,
		results: g.channels,
	};
	return convolution(tiling, kind, "dy", true, false);
}

function convolution(
	tiling: Tiling,
	kind: MatmulKind,
	input: string,
	flip: boolean,
	hasBias: boolean,
): Variant {
	const { reduced, results, batch, to } = tiling;
	const tiles = tilesOf(tiling);
	const count = batch * tiles[0] * tiles[1];
	return {
		scratch: {
			u: PLANES * reduced * results,
			v: PLANES * count * reduced,
			m: PLANES * count * results,
		},
		stages: [
			dispatch({
				kernel: filterKernel,
				params: { reduced, results },
				constants: { FLIP: flip ? 1 : 0 },
				grid: linearGrid(ceilDiv(reduced * results, 64)),
			}),
			inputStage(tiling, input),
			matmulStage(
				kind,
				{ planes: PLANES, rows: count, inner: reduced, columns: results },
				{ a: "v", w: "u", y: "m" },
			),
			dispatch({
				kernel: outputKernel,
				params: { y_size: to, tiles, batch, q: results },
				constants: { HAS_BIAS: hasBias ? 1 : 0 },
				grid: linearGrid(ceilDiv(count * results, 64)),
			}),
		],
	};
}

/** Stages of `conv2dWeightGrad`: the adjoint of the forward stages, the products summed over tiles. */
export function winogradWeightGrad(
	g: ConvGeometry,
	kind: MatmulKind,
	capabilities: Capabilities,
): Variant {
	const { channels: c, outChannels: o, batch } = g;
	const tiling: Tiling = {
		from: [g.width, g.height],
		to: [g.outWidth, g.outHeight],
		pad: [g.left, g.top],
		batch,
		reduced: c,
		results: o,
	};
	const tiles = tilesOf(tiling);
	const count = batch * tiles[0] * tiles[1];
	const size = { planes: PLANES, rows: count, left: c, right: o };
	const chunkRows = outerChunkRows(size, capabilities);
	const chunks = ceilDiv(count, chunkRows);
	return {
		scratch: {
			v: PLANES * count * c,
			q: PLANES * count * o,
			partial: chunks * PLANES * c * o,
		},
		stages: [
			inputStage(tiling, "x"),
			dispatch({
				kernel: outputGradKernel,
				params: { dy_size: tiling.to, tiles, batch, o },
				grid: linearGrid(ceilDiv(count * o, 64)),
			}),
			matmulOuterStage(kind, size, chunkRows, { a: "v", d: "q" }),
			dispatch({
				kernel: weightFinishKernel,
				params: { n: c * o, chunks },
				grid: linearGrid(ceilDiv(c * o, 64)),
			}),
		],
	};
}

function inputStage(tiling: Tiling, input: string): Dispatch {
	const { from, pad, batch, reduced } = tiling;
	const tiles = tilesOf(tiling);
	return dispatch({
		kernel: inputKernel,
		params: { x_size: from, tiles, pad, batch, c: reduced },
		grid: linearGrid(ceilDiv(batch * tiles[0] * tiles[1] * reduced, 64)),
		rename: { x: input },
	});
}

function tilesOf({ to }: Tiling): [number, number] {
	return [ceilDiv(to[0], 4), ceilDiv(to[1], 4)];
}
