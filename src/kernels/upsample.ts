import {
	defineOp,
	invalid,
	type Kernel,
	type Op,
	type OpSpec,
	type Shape,
	single,
	sizeOf,
	type Tensor,
	type Variant,
} from "../engine/index.ts";
import { byFours, type Fours, fours } from "./fours.ts";
import { itemGrid } from "./grid.ts";
import { type Extents, pair, positiveIntegers } from "./padding.ts";
import anyKernel from "./upsample-any.wgsl";
import anyInputGradKernel from "./upsample-any-input-grad.wgsl";
import nearestKernel from "./upsample-nearest.wgsl";
import nearestInputGradKernel from "./upsample-nearest-input-grad.wgsl";
import { eachShare } from "./upsample-reference.ts";

const anyKernels = /* @__PURE__ */ fours(anyKernel);
const anyInputGradKernels = /* @__PURE__ */ fours(anyInputGradKernel);
const repeatKernels = /* @__PURE__ */ fours(nearestKernel);
const repeatInputGradKernels = /* @__PURE__ */ fours(nearestInputGradKernel);

/** Attributes of upsampling: a factor or a size. */
export interface UpsampleAttrs {
	/** How many times larger in both directions; default 2. */
	readonly factor: number | undefined;
	/** Height and width of the result (one number for both), in place of a factor; smaller than the input's is allowed. */
	readonly size: number | Extents | undefined;
}

/** Attributes of the gradients of upsampling. */
export interface UpsampleInputGradAttrs {
	/** Height and width of upsampling's input. */
	readonly size: Extents;
}

/**
 * Each output pixel takes the input pixel nearest to its centre:
 * x [N,H,W,C] -> [N, H*factor, W*factor, C] or [N, ...size, C]; f32. With a
 * factor every pixel is repeated (Keras UpSampling2D). PyTorch's mode
 * "nearest-exact", TensorFlow's half-pixel centres.
 */
export const upsampleNearest: Op<["x"], UpsampleAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ upsampling("upsampleNearest", false, (dy, attrs) =>
			upsampleNearestInputGrad(dy, attrs),
		),
	);

/** Gradient of `upsampleNearest`: sums dy [N,OH,OW,C] over the pixels copied from each -> [N, ...size, C]. */
export const upsampleNearestInputGrad: Op<["dy"], UpsampleInputGradAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ inputGrad("upsampleNearestInputGrad", false, (dy, attrs) =>
			upsampleNearest(dy, attrs),
		),
	);

/**
 * Each output pixel weights the four input pixels around its centre:
 * x [N,H,W,C] -> [N, H*factor, W*factor, C] or [N, ...size, C]; f32. Half-pixel
 * centres, no smoothing when the result is smaller (PyTorch's interpolate with
 * align_corners=False, TensorFlow 2's resize).
 */
export const upsampleBilinear: Op<["x"], UpsampleAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ upsampling("upsampleBilinear", true, (dy, attrs) =>
			upsampleBilinearInputGrad(dy, attrs),
		),
	);

/** Gradient of `upsampleBilinear`: dy [N,OH,OW,C] back to the pixels it was made from -> [N, ...size, C]. */
export const upsampleBilinearInputGrad: Op<["dy"], UpsampleInputGradAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ inputGrad("upsampleBilinearInputGrad", true, (dy, attrs) =>
			upsampleBilinear(dy, attrs),
		),
	);

function upsampling(
	name: string,
	linear: boolean,
	gradient: (dy: Tensor, attrs: UpsampleInputGradAttrs) => Tensor,
): OpSpec<["x"], UpsampleAttrs> {
	return {
		name,
		inputs: ["x"],
		defaults: { factor: undefined, size: undefined },
		shape({ x }, { factor, size }) {
			if (factor !== undefined) {
				if (size !== undefined) invalid("give a factor or a size, not both");
				positiveIntegers("factor", [factor]);
			}
			const by = factor ?? 2;
			return resized("x", x, pair(size ?? [x[1] * by, x[2] * by]));
		},
		reference({ x }, _, y) {
			y.data.fill(0);
			eachShare(x.shape, y.shape, linear, (small, large, weight) => {
				y.data[large] += weight * x.data[small];
			});
		},
		launch({ shapes: { x }, y }) {
			const any = (kernel: typeof anyKernel, lanes: number) =>
				single({
					kernel,
					params: {
						n: sizeOf(y) / lanes,
						c: y[3] / lanes,
						xSize: [x[1], x[2]],
						ySize: [y[1], y[2]],
					},
					constants: { LINEAR: linear ? 1 : 0 },
					grid: itemGrid(sizeOf(y) / lanes),
				});
			const repeat = linear ? [] : byFactor(repeatKernels, x, y);
			return [...repeat, ...byFours(anyKernels, y[3], any)];
		},
		grad: {
			x: ({ inputs: { x }, dy }) =>
				gradient(dy, { size: [x.shape[1], x.shape[2]] }),
		},
	};
}

function inputGrad(
	name: string,
	linear: boolean,
	gradient: (dy: Tensor, attrs: Partial<UpsampleAttrs>) => Tensor,
): OpSpec<["dy"], UpsampleInputGradAttrs> {
	return {
		name,
		inputs: ["dy"],
		defaults: { size: [0, 0] },
		takesEpilogue: true,
		shape: ({ dy }, { size }) => resized("dy", dy, size),
		reference({ dy }, _, y) {
			y.data.fill(0);
			eachShare(y.shape, dy.shape, linear, (small, large, weight) => {
				y.data[small] += weight * dy.data[large];
			});
		},
		launch({ shapes: { dy }, y }) {
			const any = (kernel: typeof anyInputGradKernel, lanes: number) =>
				single({
					kernel,
					params: {
						n: sizeOf(y) / lanes,
						c: y[3] / lanes,
						ySize: [y[1], y[2]],
						dySize: [dy[1], dy[2]],
					},
					constants: { LINEAR: linear ? 1 : 0 },
					grid: itemGrid(sizeOf(y) / lanes),
				});
			const repeat = linear ? [] : byFactor(repeatInputGradKernels, y, dy);
			return [...repeat, ...byFours(anyInputGradKernels, y[3], any)];
		},
		grad: {
			dy: ({ inputs, dy }) =>
				gradient(dy, { size: [inputs.dy.shape[1], inputs.dy.shape[2]] }),
		},
	};
}

/** Nearest by one whole factor: one invocation per element of the small image, or per four channels of it. */
function byFactor(
	kernels: Fours<Kernel>,
	small: Shape,
	large: Shape,
): Variant[] {
	const factor = large[1] / small[1];
	if (!Number.isInteger(factor) || large[2] !== small[2] * factor) return [];
	return byFours(kernels, small[3], (kernel, lanes) => {
		const n = sizeOf(small) / lanes;
		return single({
			kernel,
			params: { n, width: small[2], c: small[3] / lanes, factor },
			grid: itemGrid(n),
		});
	});
}

/** The shape with other extents; rejects what the kernels' 32-bit positions do not hold. */
function resized(name: string, shape: Shape, size: Extents): Shape {
	if (shape.length !== 4) {
		invalid(`${name} must have rank 4, [batch, height, width, channels]`);
	}
	positiveIntegers("size", size);
	for (const d of [0, 1]) {
		if (2 * (shape[d + 1] + 1) * (size[d] + 1) > 0xffffffff) {
			invalid(`${shape[d + 1]} to ${size[d]} pixels is too large a step`);
		}
	}
	return [shape[0], ...size, shape[3]];
}
