import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	type Variant,
} from "../engine/index.ts";
import foldKernel from "./conv2d-fold.wgsl";
import { type ConvGeometry, windowParams } from "./conv2d-geometry.ts";
import { fours, widest } from "./fours.ts";
import { itemGrid } from "./grid.ts";
import { matmulKinds, matmulStage } from "./matmul.ts";
import { transposeStage } from "./transpose.ts";

// Input gradients of strided convolutions (transposed convolutions) as one
// product, dy's pixels times all weights, whose columns are then added where
// they belong. No multiply-add is wasted; for 2x2 with stride 2 it is a
// product and a permutation.

const kernels = /* @__PURE__ */ fours(foldKernel);

/** Channels that an invocation adds up. */
const CHANNELS = 8;

/** The way to compute `conv2dInputGrad` so; none with stride 1, where the other kernels waste nothing either. */
export function foldedInputGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const pixels = g.batch * g.outHeight * g.outWidth;
	const columns = g.kernel[0] * g.kernel[1] * g.channels;
	const [kind] = matmulKinds(capabilities, columns);
	const strided = g.stride[0] * g.stride[1] > 1;
	const dense = g.dilation[0] * g.dilation[1] === 1;
	const inFours =
		columns % 4 === 0 && (kind !== "tile" || g.outChannels % 4 === 0);
	const fits = 4 * pixels * columns <= capabilities.maxBindingBytes;
	if (!strided || !dense || !inFours || !fits) return [];
	const size = { planes: 1, rows: pixels, inner: g.outChannels, columns };
	return [
		{
			scratch: {
				transposed: columns * g.outChannels,
				products: pixels * columns,
			},
			stages: [
				transposeStage(1, columns, g.outChannels, { x: "w", y: "transposed" }),
				matmulStage(kind, size, { a: "dy", w: "transposed", y: "products" }),
				foldStage(g),
			],
		},
	];
}

function foldStage(g: ConvGeometry): Dispatch {
	const { kernel, lanes } = widest(kernels, g.channels);
	const { kernel: window, stride, pad } = windowParams(g);
	const pixels = g.batch * g.height * g.width;
	const c = g.channels / lanes;
	const parts = ceilDiv(c, CHANNELS);
	return dispatch({
		kernel,
		params: {
			y_size: [g.width, g.height],
			dy_size: [g.outWidth, g.outHeight],
			kernel: window,
			stride,
			pad,
			pixels,
			c,
			parts,
		},
		grid: itemGrid(pixels * parts),
	});
}
