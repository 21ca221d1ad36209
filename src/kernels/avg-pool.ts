import { single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { hasShape } from "./attributes.ts";
import avgPoolKernel from "./avg-pool.wgsl";
import inputGradKernel from "./avg-pool-input-grad.wgsl";
import { byFours, fours } from "./fours.ts";
import { itemGrid } from "./grid.ts";
import type { Extents } from "./padding.ts";
import {
	eachWindow,
	type PoolAttrs,
	poolDefaults,
	pooledShape,
	poolParams,
} from "./pool-window.ts";
import { mean } from "./reduce.ts";

/** Attributes of `avgPoolInputGrad`. */
export interface AvgPoolInputGradAttrs extends PoolAttrs {
	/** Height and width of the pooling's input, which a stride leaves open. */
	readonly inputSize: Extents;
}

const avgPoolKernels = /* @__PURE__ */ fours(avgPoolKernel);
const inputGradKernels = /* @__PURE__ */ fours(inputGradKernel);

/**
 * Mean of each window and channel; x [N, H, W, C] -> [N, H', W', C]; f32.
 * Padding is not counted (TensorFlow; PyTorch's count_include_pad=False).
 */
export const avgPool: Op<["x"], PoolAttrs> = /* @__PURE__ */ defineOp({
	name: "avgPool",
	inputs: ["x"],
	defaults: poolDefaults,
	shape: ({ x }, attrs) => pooledShape(x, attrs),
	reference({ x }, attrs, y) {
		eachWindow(x.shape, y.shape, attrs, (i, window) => {
			const total = window.reduce((sum, at) => sum + x.data[at], 0);
			y.data[i] = total / window.length;
		});
	},
	launch({ shapes: { x }, y, attrs }) {
		const params = poolParams(x, y, attrs);
		return byFours(avgPoolKernels, x[3], (kernel, lanes) => {
			const n = sizeOf(y) / lanes;
			return single({
				kernel,
				params: { ...params, n, channels: x[3] / lanes },
				grid: itemGrid(n),
			});
		});
	},
	grad: {
		x: ({ inputs: { x }, dy, attrs }) =>
			avgPoolInputGrad(dy, {
				...attrs,
				inputSize: [x.shape[1], x.shape[2]],
			}),
	},
});

/** Gradient of `avgPool`: every pixel gets its share of dy [N, H', W', C] -> [N, ...inputSize, C]; f32. */
export const avgPoolInputGrad: Op<["dy"], AvgPoolInputGradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "avgPoolInputGrad",
		inputs: ["dy"],
		defaults: { ...poolDefaults, inputSize: [0, 0] as Extents },
		shape({ dy }, attrs) {
			const x: Shape = [dy[0], ...attrs.inputSize, dy[3]];
			const why = "the shape of avgPool's output";
			hasShape("dy", dy, pooledShape(x, attrs), why);
			return x;
		},
		reference({ dy }, attrs, y) {
			y.data.fill(0);
			eachWindow(y.shape, dy.shape, attrs, (i, window) => {
				for (const at of window) y.data[at] += dy.data[i] / window.length;
			});
		},
		launch({ shapes: { dy }, y, attrs }) {
			const params = poolParams(y, dy, attrs);
			return byFours(inputGradKernels, y[3], (kernel, lanes) => {
				const n = sizeOf(y) / lanes;
				return single({
					kernel,
					params: { ...params, n, channels: y[3] / lanes },
					grid: itemGrid(n),
				});
			});
		},
		grad: {
			dy: ({ dy, attrs: { inputSize: _, ...window } }) => avgPool(dy, window),
		},
	});

/** Mean over height and width: x [N, H, W, C] -> [N, C]; f32 (Keras GlobalAveragePooling2D). */
export function globalAvgPool(x: Tensor): Tensor {
	return mean(x, { axes: [1, 2] });
}
