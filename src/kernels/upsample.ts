import {
	ceilDiv,
	defineOp,
	invalid,
	linearGrid,
	type Op,
	type Shape,
	single,
	sizeOf,
} from "../engine/index.ts";
import { positiveIntegers } from "./padding.ts";
import nearestKernel from "./upsample-nearest.wgsl";
import nearestInputGradKernel from "./upsample-nearest-input-grad.wgsl";

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
		launch: ({ y, attrs: { factor } }) => [
			single({
				kernel: nearestKernel,
				params: { n: sizeOf(y), height: y[1], width: y[2], c: y[3], factor },
				grid: linearGrid(ceilDiv(sizeOf(y), 512)),
			}),
		],
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
		launch: ({ y, attrs: { factor } }) => [
			single({
				kernel: nearestInputGradKernel,
				params: { n: sizeOf(y), width: y[2], c: y[3], factor },
				grid: linearGrid(ceilDiv(sizeOf(y), 512)),
			}),
		],
		grad: { dy: ({ dy, attrs }) => upsampleNearest(dy, attrs) },
	});

function check(name: string, shape: Shape, factor: number): void {
	if (shape.length !== 4) {
		invalid(`${name} must have rank 4, [batch, height, width, channels]`);
	}
	positiveIntegers("factor", [factor]);
}
