import { invalid } from "../engine/errors.ts";
import { ceilDiv, linearGrid, single, vectorized } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { hasRank, hasShape } from "./attributes.ts";
import { itemGrid } from "./grid.ts";
import maxPoolKernel from "./max-pool.wgsl";
import inputGradKernel from "./max-pool-input-grad.wgsl";
import twoByTwoKernel from "./max-pool-input-grad-2x2.wgsl";
import {
	type Extents,
	outputExtent,
	type Padding,
	pair,
	positiveIntegers,
	resolvePadding,
} from "./padding.ts";

/** Attributes of max pooling. */
export interface MaxPoolAttrs {
	/** Window [height, width] in pixels, or one number for both; default 2. */
	readonly size: number | Extents;
	/** Step between windows; default 2. */
	readonly stride: number | Extents;
	/** Default "valid". Padded pixels never win. */
	readonly padding: Padding;
}

const vectorKernel = /* @__PURE__ */ vectorized(maxPoolKernel);

const defaults: MaxPoolAttrs = { size: 2, stride: 2, padding: "valid" };

/** Largest value of each window and channel; x [N, H, W, C] -> [N, H', W', C]; f32. NaN wins (PyTorch). */
export const maxPool: Op<["x"], MaxPoolAttrs> = /* @__PURE__ */ defineOp({
	name: "maxPool",
	inputs: ["x"],
	defaults,
	shape: ({ x }, attrs) => pooledShape(x, attrs),
	reference({ x }, attrs, y) {
		const winners = firstMaxima(x, y.shape, attrs);
		winners.forEach((at, i) => {
			y.data[i] = x.data[at];
		});
	},
	launch({ shapes: { x }, y, attrs }) {
		const scalar = windowParams(x, y, attrs);
		const variant = (width: number) =>
			single({
				kernel: width === 4 ? vectorKernel : maxPoolKernel,
				params: {
					...scalar,
					n: sizeOf(y) / width,
					channels: x[3] / width,
				},
				grid: linearGrid(ceilDiv(sizeOf(y) / width, 256)),
			});
		return x[3] % 4 ? [variant(1)] : [variant(4), variant(1)];
	},
	grad: {
		x: ({ inputs: { x }, dy, attrs }) => maxPoolInputGrad(x, dy, attrs),
	},
});

/** Gradient of `maxPool`: dy goes to the first maximum of each window, in row-major order. */
export const maxPoolInputGrad: Op<["x", "dy"], MaxPoolAttrs> =
	/* @__PURE__ */ defineOp({
		name: "maxPoolInputGrad",
		inputs: ["x", "dy"],
		defaults,
		shape({ x, dy }, attrs) {
			hasShape(
				"dy",
				dy,
				pooledShape(x, attrs),
				"the shape of maxPool's output",
			);
			return x;
		},
		reference({ x, dy }, attrs, y) {
			y.data.fill(0);
			firstMaxima(x, dy.shape, attrs).forEach((at, i) => {
				y.data[at] += dy.data[i];
			});
		},
		launch({ shapes: { x, dy }, attrs }) {
			const params = windowParams(x, dy, attrs);
			const { window, stride, before } = params;
			const any = single({
				kernel: inputGradKernel,
				params: { ...params, n: sizeOf(x) },
				grid: itemGrid(sizeOf(x)),
			});
			const tiled =
				[...window, ...stride].every((e) => e === 2) &&
				before.every((p) => p === 0) &&
				x[3] % 4 === 0;
			if (!tiled) return [any];
			const tiles = [ceilDiv(x[1], 2), ceilDiv(x[2], 2)];
			const channels = x[3] / 4;
			const n = x[0] * tiles[0] * tiles[1] * channels;
			const { xSize, ySize } = params;
			const fast = single({
				kernel: twoByTwoKernel,
				params: { n, channels, xSize, ySize, tiles },
				grid: itemGrid(n),
			});
			return [fast, any];
		},
	});

function pooledShape(x: Shape, attrs: MaxPoolAttrs): Shape {
	hasRank("x", x, 4, "[N, H, W, C]");
	const size = pair(attrs.size);
	const stride = pair(attrs.stride);
	positiveIntegers("window", size);
	const pads = resolvePadding(
		attrs.padding,
		[x[1], x[2]],
		size,
		stride,
		[1, 1],
	);
	const { top, bottom, left, right } = pads;
	if (Math.max(top, bottom) >= size[0] || Math.max(left, right) >= size[1]) {
		invalid(
			`padding [${[top, bottom, left, right]}] must be smaller than the window ${size.join("x")}, or a window would hold no pixel`,
		);
	}
	return [
		x[0],
		outputExtent(x[1], size[0], stride[0], 1, top, bottom),
		outputExtent(x[2], size[1], stride[1], 1, left, right),
		x[3],
	];
}

function windowParams(x: Shape, y: Shape, attrs: MaxPoolAttrs) {
	const window = pair(attrs.size);
	const stride = pair(attrs.stride);
	const size = [x[1], x[2]] as const;
	const { top, left } = resolvePadding(
		attrs.padding,
		size,
		window,
		stride,
		[1, 1],
	);
	return {
		channels: x[3],
		xSize: size,
		ySize: [y[1], y[2]],
		window,
		stride,
		before: [top, left],
	};
}

/** For each output element, the index into x of its window's first maximum. */
function firstMaxima(
	x: { data: ArrayLike<number>; shape: Shape },
	[images, rows, columns, channels]: Shape,
	attrs: MaxPoolAttrs,
): number[] {
	const [, height, width] = x.shape;
	const size = pair(attrs.size);
	const stride = pair(attrs.stride);
	const pads = resolvePadding(
		attrs.padding,
		[height, width],
		size,
		stride,
		[1, 1],
	);
	const winners: number[] = [];
	for (let n = 0; n < images; n++)
		for (let oy = 0; oy < rows; oy++)
			for (let ox = 0; ox < columns; ox++)
				for (let c = 0; c < channels; c++) {
					let winner = -1;
					for (let i = 0; i < size[0]; i++)
						for (let j = 0; j < size[1]; j++) {
							const h = oy * stride[0] - pads.top + i;
							const w = ox * stride[1] - pads.left + j;
							if (h < 0 || h >= height || w < 0 || w >= width) continue;
							const at = ((n * height + h) * width + w) * channels + c;
							const [v, best] = [x.data[at], x.data[winner]];
							const first = winner < 0;
							if (first || v > best || (Number.isNaN(v) && !Number.isNaN(best)))
								winner = at;
						}
					winners.push(winner);
				}
	return winners;
}
