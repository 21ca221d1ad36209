import {
	ceilDiv,
	defineOp,
	invalid,
	type Kernel,
	linearGrid,
	type Op,
	type Shape,
	single,
	sizeOf,
	type Variant,
	vectorized,
} from "../engine/index.ts";
import { positiveIntegers } from "./padding.ts";
import nearestKernel from "./upsample-nearest.wgsl";
import nearestInputGradKernel from "./upsample-nearest-input-grad.wgsl";

const nearestKernels = {
	scalar: nearestKernel,
	vector: /* @__PURE__ */ vectorized(nearestKernel),
};
const inputGradKernels = {
	scalar: nearestInputGradKernel,
	vector: /* @__PURE__ */ vectorized(nearestInputGradKernel),
};

/** Attributes of `upsampleNearest`. */
export interface UpsampleAttrs {
	/** How many times each pixel is repeated in both directions. */
	readonly factor: number;
}

/**
 * Repeats every pixel: x [N,H,W,C] -> [N, H*factor, W*factor, C]
 * (Keras UpSampling2D, PyTorch Upsample with mode "nearest").
 */
export const upsampleNearest: Op<["x"], UpsampleAttrs> =
	/* @__PURE__ */ defineOp({
		name: "upsampleNearest",
		inputs: ["x"],
		defaults: { factor: 2 },
		shape({ x }, { factor }) {
			check("x", x, factor);
			return [x[0], x[1] * factor, x[2] * factor, x[3]];
		},
		reference({ x }, { factor }, y) {
			const [n, h, w, c] = y.shape;
			let i = 0;
			for (let b = 0; b < n; b++)
				for (let oy = 0; oy < h; oy++)
					for (let ox = 0; ox < w; ox++)
						for (let ch = 0; ch < c; ch++, i++) {
							const [iy, ix] = [
								Math.floor(oy / factor),
								Math.floor(ox / factor),
							];
							y.data[i] =
								x.data[((b * x.shape[1] + iy) * x.shape[2] + ix) * c + ch];
						}
		},
		launch: ({ shapes: { x }, attrs: { factor } }) =>
			variants(nearestKernels, x, factor),
		grad: { x: ({ dy, attrs }) => upsampleNearestInputGrad(dy, attrs) },
	});

/** Gradient of `upsampleNearest`: sums each factor x factor block of dy [N, H*factor, W*factor, C] -> [N,H,W,C]. */
export const upsampleNearestInputGrad: Op<["dy"], UpsampleAttrs> =
	/* @__PURE__ */ defineOp({
		name: "upsampleNearestInputGrad",
		inputs: ["dy"],
		defaults: { factor: 2 },
		shape({ dy }, { factor }) {
			check("dy", dy, factor);
			if (dy[1] % factor || dy[2] % factor) {
				invalid(
					`dy's ${dy[1]}x${dy[2]} pixels are no multiple of factor ${factor}`,
				);
			}
			return [dy[0], dy[1] / factor, dy[2] / factor, dy[3]];
		},
		reference({ dy }, { factor }, y) {
			const [n, h, w, c] = dy.shape;
			y.data.fill(0);
			let i = 0;
			for (let b = 0; b < n; b++)
				for (let oy = 0; oy < h; oy++)
					for (let ox = 0; ox < w; ox++)
						for (let ch = 0; ch < c; ch++, i++) {
							const [iy, ix] = [
								Math.floor(oy / factor),
								Math.floor(ox / factor),
							];
							y.data[((b * y.shape[1] + iy) * y.shape[2] + ix) * c + ch] +=
								dy.data[i];
						}
		},
		launch: ({ y, attrs: { factor } }) => variants(inputGradKernels, y, factor),
		grad: { dy: ({ dy, attrs }) => upsampleNearest(dy, attrs) },
	});

/** One invocation per element of the small image, or per four channels of it. */
function variants(
	kernels: typeof nearestKernels | typeof inputGradKernels,
	small: Shape,
	factor: number,
): Variant[] {
	const variant = (kernel: Kernel, lanes: number) => {
		const n = sizeOf(small) / lanes;
		return single({
			kernel,
			params: { n, width: small[2], c: small[3] / lanes, factor },
			grid: linearGrid(ceilDiv(n, 64)),
		});
	};
	const scalar = variant(kernels.scalar, 1);
	return small[3] % 4 ? [scalar] : [variant(kernels.vector, 4), scalar];
}

function check(name: string, shape: Shape, factor: number): void {
	if (shape.length !== 4) {
		invalid(`${name} must have rank 4, [batch, height, width, channels]`);
	}
	positiveIntegers("factor", [factor]);
}
