import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	linearGrid,
	type Variant,
} from "../engine/index.ts";
import { type ConvGeometry, stepsByOne } from "./conv2d-geometry.ts";
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

// Winograd's minimal filtering (Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2016): F(4x4, 3x3) takes 36 multiply-adds per 16 outputs and
// channel pair instead of 144, at a relative error of about 3e-6 in float32;
// F(2x2, 3x3) 16 per 4 instead of 36, at about 2e-7. Over 256 channels 5e-6 and 7e-7.
// Not fused: transforms and matrix products are dispatches of their own.

/** Height and width of the tiles of outputs. */
export type TileSize = 2 | 4;

/** Multiplications per tile. */
function planesOf(tile: TileSize): number {
	return (tile + 2) ** 2;
}

/** Tiles that a product takes at a time. */
const TOGETHER = 16;

/** Whether there are fewer tiles than a product takes at a time: then the weights' transforms cost more than they save. */
export function winogradWastes(g: ConvGeometry, tile: TileSize): boolean {
	return outputTiles(g, tile) < TOGETHER;
}

/** Whether tiles of 2x2, whose transforms cost less, need hardly more multiplications than those of 4x4. */
export function smallTilesFit(g: ConvGeometry): boolean {
	const work = (tile: TileSize) =>
		planesOf(tile) * ceilDiv(outputTiles(g, tile), TOGETHER);
	return work(2) <= 1.1 * work(4);
}

function outputTiles(g: ConvGeometry, tile: TileSize): number {
	return g.batch * ceilDiv(g.outHeight, tile) * ceilDiv(g.outWidth, tile);
}

/** What the stages need to know of a stride-1 3x3 convolution. */
interface Tiling {
	readonly tile: TileSize;
	/** Of the array that is transformed by the input stage: width, height. */
	readonly from: readonly [number, number];
	/** Of the array that is tiled: width, height. */
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
	tile: TileSize,
	capabilities: Capabilities,
): boolean {
	const tiles = (h: number, w: number) =>
		g.batch * ceilDiv(h, tile) * ceilDiv(w, tile);
	const most = Math.max(
		tiles(g.outHeight, g.outWidth),
		tiles(g.height, g.width),
	);
	const bytes = 4 * planesOf(tile) * most * Math.max(g.channels, g.outChannels);
	return (
		stepsByOne(g) &&
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
	tile: TileSize,
	kind: MatmulKind,
	hasBias: boolean,
): Variant {
	const tiling: Tiling = {
		tile,
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
export function winogradInputGrad(
	g: ConvGeometry,
	tile: TileSize,
	kind: MatmulKind,
): Variant {
	const tiling: Tiling = {
		tile,
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
	const { tile, reduced, results, batch, to } = tiling;
	const planes = planesOf(tile);
	const tiles = tilesOf(tiling);
	const count = batch * tiles[0] * tiles[1];
	return {
		scratch: {
			u: planes * reduced * results,
			v: planes * count * reduced,
			m: planes * count * results,
		},
		stages: [
			dispatch({
				kernel: filterKernel,
				params: { reduced, results },
				constants: { TILE: tile, FLIP: flip ? 1 : 0 },
				grid: linearGrid(ceilDiv(reduced * results, 64)),
			}),
			inputStage(tiling, input),
			matmulStage(
				kind,
				{ planes, rows: count, inner: reduced, columns: results },
				{ a: "v", w: "u", y: "m" },
			),
			dispatch({
				kernel: outputKernel,
				params: { y_size: to, tiles, batch, q: results },
				constants: { TILE: tile, HAS_BIAS: hasBias ? 1 : 0 },
				grid: linearGrid(ceilDiv(count * results, 64)),
			}),
		],
	};
}

/** Stages of `conv2dWeightGrad`: the adjoint of the forward stages with tiles of 4x4, the products summed over tiles. */
export function winogradWeightGrad(
	g: ConvGeometry,
	kind: MatmulKind,
	capabilities: Capabilities,
): Variant {
	const { channels: c, outChannels: o, batch } = g;
	const tiling: Tiling = {
		tile: 4,
		from: [g.width, g.height],
		to: [g.outWidth, g.outHeight],
		pad: [g.left, g.top],
		batch,
		reduced: c,
		results: o,
	};
	const tiles = tilesOf(tiling);
	const count = batch * tiles[0] * tiles[1];
	const planes = planesOf(tiling.tile);
	const size = { planes, rows: count, left: c, right: o };
	const chunkRows = outerChunkRows(size, capabilities);
	const chunks = ceilDiv(count, chunkRows);
	return {
		scratch: {
			v: planes * count * c,
			q: planes * count * o,
			partial: chunks * planes * c * o,
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
	const { tile, from, pad, batch, reduced } = tiling;
	const tiles = tilesOf(tiling);
	return dispatch({
		kernel: inputKernel,
		params: { x_size: from, tiles, pad, batch, c: reduced },
		constants: { TILE: tile },
		grid: linearGrid(ceilDiv(batch * tiles[0] * tiles[1] * reduced, 64)),
		rename: { x: input },
	});
}

function tilesOf({ to, tile }: Tiling): [number, number] {
	return [ceilDiv(to[0], tile), ceilDiv(to[1], tile)];
}
