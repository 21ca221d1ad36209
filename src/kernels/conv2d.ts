import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	defineOp,
	dispatch,
	formatShape,
	invalid,
	type Launch,
	linearGrid,
	type Op,
	type Shape,
	single,
	sizeOf,
	type Variant,
} from "../engine/index.ts";
import anyKernel from "./conv2d-any.wgsl";
import {
	type ConvGeometry,
	type ConvWindow,
	geometry,
	windowDefaults,
} from "./conv2d-geometry.ts";
import inputGradAnyKernel from "./conv2d-input-grad-any.wgsl";
import inputGradTileKernel from "./conv2d-input-grad-tile.wgsl";
import {
	conv2dInputGradReference,
	conv2dReference,
	conv2dWeightGradReference,
} from "./conv2d-reference.ts";
import tileKernel from "./conv2d-tile.wgsl";
import weightGradAnyKernel from "./conv2d-weight-grad-any.wgsl";
import weightGradTileKernel from "./conv2d-weight-grad-tile.wgsl";
import type { Extents } from "./padding.ts";
import { sum } from "./reduce.ts";
import sumChunksKernel from "./sum-chunks.wgsl";

/** Attributes of `conv2dInputGrad`. */
export interface InputGradAttrs extends ConvWindow {
	/** Height and width of the convolution's input, which a stride leaves open. */
	readonly size: Extents;
}

/** Attributes of `conv2dWeightGrad`. */
export interface WeightGradAttrs extends ConvWindow {
	/** Height and width of the convolution's kernel. */
	readonly kernel: Extents;
}

/**
 * 2-D convolution (cross-correlation, as every deep learning library means it):
 * x [N,H,W,C], w [kh,kw,C,O], b [O] optional -> [N,OH,OW,O].
 * `padding` as in `Padding`; defaults stride 1, dilation 1, padding 0 (PyTorch's).
 */
export const conv2d: Op<["x", "w", "b?"], ConvWindow> =
	/* @__PURE__ */ defineOp({
		name: "conv2d",
		inputs: ["x", "w", "b?"],
		defaults: windowDefaults,
		shape({ x, w, b }, attrs) {
			imageRank("x", x);
			weightRank(w);
			if (x[3] !== w[2]) invalid(`x has ${x[3]} channels but w takes ${w[2]}`);
			if (b && (b.length !== 1 || b[0] !== w[3])) {
				invalid(`b must have shape [${w[3]}], one value per output channel`);
			}
			const g = geometry(x, [w[0], w[1]], w[3], attrs);
			return [g.batch, g.outHeight, g.outWidth, g.outChannels];
		},
		reference({ x, w, b }, attrs, y) {
			const g = geometry(x.shape, [w.shape[0], w.shape[1]], w.shape[3], attrs);
			conv2dReference(g, x.data, w.data, b?.data, y.data);
		},
		launch: forwardVariants,
		grad: {
			x: ({ inputs, dy, attrs }) =>
				conv2dInputGrad(dy, inputs.w, {
					...attrs,
					size: extents(inputs.x.shape),
				}),
			w: ({ inputs, dy, attrs }) =>
				conv2dWeightGrad(inputs.x, dy, {
					...attrs,
					kernel: [inputs.w.shape[0], inputs.w.shape[1]],
				}),
			b: ({ dy }) => sum(dy, { axes: [0, 1, 2] }),
		},
	});

/**
 * Gradient of `conv2d` with respect to its input, which is transposed
 * convolution: dy [N,OH,OW,O], w [kh,kw,C,O] -> [N, ...size, C].
 */
export const conv2dInputGrad: Op<["dy", "w"], InputGradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "conv2dInputGrad",
		inputs: ["dy", "w"],
		defaults: { ...windowDefaults, size: [0, 0] as Extents },
		shape({ dy, w }, attrs) {
			imageRank("dy", dy);
			weightRank(w);
			if (dy[3] !== w[3])
				invalid(`dy has ${dy[3]} channels but w gives ${w[3]}`);
			const x = [dy[0], attrs.size[0], attrs.size[1], w[2]];
			outputMatches(dy, x, [w[0], w[1]], attrs);
			return x;
		},
		reference({ dy, w }, attrs, y) {
			const g = geometry(y.shape, [w.shape[0], w.shape[1]], w.shape[3], attrs);
			conv2dInputGradReference(g, dy.data, w.data, y.data);
		},
		launch: inputGradVariants,
		grad: {
			dy: ({ inputs, dy, attrs: { size: _, ...window } }) =>
				conv2d(dy, inputs.w, window),
			w: ({ inputs, dy, attrs: { size: _, ...window } }) =>
				conv2dWeightGrad(dy, inputs.dy, {
					...window,
					kernel: [inputs.w.shape[0], inputs.w.shape[1]],
				}),
		},
	});

/** Gradient of `conv2d` with respect to its weight: x [N,H,W,C], dy [N,OH,OW,O] -> [kh,kw,C,O]. */
export const conv2dWeightGrad: Op<["x", "dy"], WeightGradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "conv2dWeightGrad",
		inputs: ["x", "dy"],
		defaults: { ...windowDefaults, kernel: [0, 0] as Extents },
		shape({ x, dy }, attrs) {
			imageRank("x", x);
			imageRank("dy", dy);
			if (x[0] !== dy[0]) invalid(`x is a batch of ${x[0]} but dy of ${dy[0]}`);
			outputMatches(dy, x, attrs.kernel, attrs);
			return [...attrs.kernel, x[3], dy[3]];
		},
		reference({ x, dy }, attrs, y) {
			const g = geometry(x.shape, attrs.kernel, dy.shape[3], attrs);
			conv2dWeightGradReference(g, x.data, dy.data, y.data);
		},
		launch: weightGradVariants,
		grad: {
			x: ({ inputs, dy, attrs: { kernel: _, ...window } }) =>
				conv2dInputGrad(inputs.dy, dy, {
					...window,
					size: extents(inputs.x.shape),
				}),
			dy: ({ inputs, dy, attrs: { kernel: _, ...window } }) =>
				conv2d(inputs.x, dy, window),
		},
	});

function forwardVariants({
	shapes,
	attrs,
	y,
}: Launch<["x", "w", "b?"], ConvWindow>): Variant[] {
	const { x, w, b } = shapes;
	const g = geometry(x, [w[0], w[1]], w[3], attrs);
	const shared = {
		...windowParams(g),
		pixels: g.batch * g.outHeight * g.outWidth,
	};
	const sizes = { x_size: [g.width, g.height], y_size: [y[2], y[1]] };
	const constants = { HAS_BIAS: b ? 1 : 0 };
	const grid = (pixels: number, channels: number) => {
		const [gx, gy] = linearGrid(ceilDiv(shared.pixels, 64 * pixels));
		return [gx, gy, ceilDiv(g.outChannels, channels)] as const;
	};
	const any = single({
		kernel: anyKernel,
		params: { ...shared, ...sizes, c: g.channels, o: g.outChannels },
		constants,
		grid: grid(4, 4),
	});
	if (g.channels % 4 || g.outChannels % 4) return [any];
	const tile = single({
		kernel: tileKernel,
		params: { ...shared, ...sizes, c4: g.channels / 4, o4: g.outChannels / 4 },
		constants,
		grid: grid(8, 8),
	});
	return [tile, any];
}

function inputGradVariants({
	shapes,
	attrs,
	y,
}: Launch<["dy", "w"], InputGradAttrs>): Variant[] {
	const { dy, w } = shapes;
	const g = geometry(y, [w[0], w[1]], w[3], attrs);
	const shared = {
		...windowParams(g),
		y_size: [g.width, g.height],
		dy_size: [dy[2], dy[1]],
		batch: g.batch,
		c: g.channels,
	};
	const phases = g.stride[0] * g.stride[1];
	const phasePixels =
		g.batch * ceilDiv(g.height, g.stride[0]) * ceilDiv(g.width, g.stride[1]);
	const grid = (pixels: number, tiles: number) => {
		const [gx, gy] = linearGrid(ceilDiv(phasePixels, 64 * pixels));
		return [gx, gy, tiles * phases] as const;
	};
	const anyTiles = ceilDiv(g.channels, 4);
	const any = single({
		kernel: inputGradAnyKernel,
		params: { ...shared, o: g.outChannels, tiles: anyTiles },
		grid: grid(4, anyTiles),
	});
	if (g.channels % 4 || g.outChannels % 4) return [any];
	const tiles = ceilDiv(g.channels, 8);
	const tile = single({
		kernel: inputGradTileKernel,
		params: { ...shared, o4: g.outChannels / 4, tiles },
		grid: grid(8, tiles),
	});
	return [tile, any];
}

function weightGradVariants({
	shapes,
	attrs,
	y,
	capabilities,
}: Launch<["x", "dy"], WeightGradAttrs>): Variant[] {
	const { x, dy } = shapes;
	const g = geometry(x, attrs.kernel, dy[3], attrs);
	const rows = g.batch * g.outHeight;
	const params = {
		...windowParams(g),
		x_size: [g.width, g.height],
		dy_size: [g.outWidth, g.outHeight],
		rows,
	};
	const taps = g.kernel[0] * g.kernel[1];
	const n = sizeOf(y);
	const split = (
		perChunk: number,
		stage: (chunkRows: number, invocations: number) => Dispatch,
	): Variant => {
		const chunkRows = rowsPerChunk(rows, perChunk, n, capabilities);
		const chunks = ceilDiv(rows, chunkRows);
		return {
			scratch: { partial: chunks * n },
			stages: [
				stage(chunkRows, chunks * perChunk),
				dispatch({
					kernel: sumChunksKernel,
					params: { n, chunks },
					grid: linearGrid(ceilDiv(n, 64)),
				}),
			],
		};
	};
	const any = split(
		ceilDiv(taps * g.channels, 4) * ceilDiv(g.outChannels, 4),
		(chunk_rows, invocations) =>
			dispatch({
				kernel: weightGradAnyKernel,
				params: {
					...params,
					c: g.channels,
					o: g.outChannels,
					chunk_rows,
					invocations,
				},
				grid: linearGrid(ceilDiv(invocations, 64)),
			}),
	);
	if (g.channels % 4 || g.outChannels % 4) return [any];
	const tile = split(
		taps * ceilDiv(g.channels, 8) * ceilDiv(g.outChannels, 8),
		(chunk_rows, invocations) =>
			dispatch({
				kernel: weightGradTileKernel,
				params: {
					...params,
					c4: g.channels / 4,
					o4: g.outChannels / 4,
					chunk_rows,
					invocations,
				},
				grid: linearGrid(ceilDiv(invocations, 64)),
			}),
	);
	return [tile, any];
}

/** Enough chunks to keep the adapter busy, few enough that their partial sums stay small. */
function rowsPerChunk(
	rows: number,
	perChunk: number,
	weights: number,
	capabilities: Capabilities,
): number {
	const busy = capabilities.software ? 2048 : 65536;
	const scratchLimit = 1 << 24;
	const chunks = Math.min(
		rows,
		ceilDiv(busy, perChunk),
		Math.max(1, Math.floor(scratchLimit / weights)),
	);
	return ceilDiv(rows, chunks);
}

/** The uniform fields that all six kernels share. WGSL vectors are (x, y), attributes [height, width]. */
function windowParams(g: ConvGeometry) {
	return {
		kernel: [g.kernel[1], g.kernel[0]],
		stride: [g.stride[1], g.stride[0]],
		dilation: [g.dilation[1], g.dilation[0]],
		pad: [g.left, g.top],
	};
}

function extents(image: Shape): Extents {
	return [image[1], image[2]];
}

function imageRank(name: string, shape: Shape): void {
	if (shape.length !== 4)
		invalid(`${name} must have rank 4, [batch, height, width, channels]`);
}

function weightRank(w: Shape): void {
	if (w.length !== 4)
		invalid(
			"w must have rank 4, [height, width, input channels, output channels]",
		);
}

function outputMatches(
	dy: Shape,
	x: Shape,
	kernel: Extents,
	attrs: ConvWindow,
): void {
	const g = geometry(x, kernel, dy[3], attrs);
	if (dy[1] !== g.outHeight || dy[2] !== g.outWidth) {
		invalid(
			`the convolution of ${formatShape(x)} gives ${g.outHeight}x${g.outWidth} pixels, but dy has ${dy[1]}x${dy[2]}`,
		);
	}
}
