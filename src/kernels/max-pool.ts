import { ceilDiv, linearGrid, single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { hasShape } from "./attributes.ts";
import { byFours, fours } from "./fours.ts";
import { itemGrid } from "./grid.ts";
import maxPoolKernel from "./max-pool.wgsl";
import inputGradKernel from "./max-pool-input-grad.wgsl";
import twoByTwoKernel from "./max-pool-input-grad-2x2.wgsl";
import {
	eachWindow,
	type PoolAttrs,
	poolDefaults,
	pooledShape,
	poolParams,
} from "./pool-window.ts";

const maxPoolKernels = /* @__PURE__ */ fours(maxPoolKernel);

/** Largest value of each window and channel; x [N, H, W, C] -> [N, H', W', C]; f32. NaN wins (PyTorch). */
export const maxPool: Op<["x"], PoolAttrs> = /* @__PURE__ */ defineOp({
	name: "maxPool",
	inputs: ["x"],
	defaults: poolDefaults,
	takesEpilogue: true,
	shape: ({ x }, attrs) => pooledShape(x, attrs),
	reference({ x }, attrs, y) {
		const winners = firstMaxima(x, y.shape, attrs);
		winners.forEach((at, i) => {
			y.data[i] = x.data[at];
		});
	},
	launch({ shapes: { x }, y, attrs }) {
		const params = poolParams(x, y, attrs);
		return byFours(maxPoolKernels, x[3], (kernel, lanes) =>
			single({
				kernel,
				params: {
					...params,
					n: sizeOf(y) / lanes,
					channels: x[3] / lanes,
				},
				grid: linearGrid(ceilDiv(sizeOf(y) / lanes, 256)),
			}),
		);
	},
	grad: {
		x: ({ inputs: { x }, dy, attrs }) => maxPoolInputGrad(x, dy, attrs),
	},
});

/** Gradient of `maxPool`: dy goes to the first maximum of each window, in row-major order. */
export const maxPoolInputGrad: Op<["x", "dy"], PoolAttrs> =
	/* @__PURE__ */ defineOp({
		name: "maxPoolInputGrad",
		inputs: ["x", "dy"],
		defaults: poolDefaults,
		takesEpilogue: true,
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
			const params = poolParams(x, dy, attrs);
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

/** For each output element, the index into x of its window's first maximum. */
function firstMaxima(
	x: { data: ArrayLike<number>; shape: Shape },
	y: Shape,
	attrs: PoolAttrs,
): number[] {
	const winners: number[] = [];
	eachWindow(x.shape, y, attrs, (_, window) => {
		const winner = window.reduce((best, at) => {
			const [v, most] = [x.data[at], x.data[best]];
			const beats = v > most || (Number.isNaN(v) && !Number.isNaN(most));
			return beats ? at : best;
		});
		winners.push(winner);
	});
	return winners;
}
