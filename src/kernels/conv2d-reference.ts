import type { NdArray } from "../engine/index.ts";
import type { ConvGeometry } from "./conv2d-geometry.ts";

type Values = NdArray["data"];

/**
 * Visits every (output pixel, tap, group) of a convolution whose input pixel
 * exists. `visit` gets the offsets of the group's first channel in x and y and
 * of the tap's first weight for it.
 */
function eachTap(
	g: ConvGeometry,
	visit: (x: number, y: number, w: number) => void,
): void {
	const [kh, kw] = g.kernel;
	const { inputs, outputs } = perGroup(g);
	for (let n = 0; n < g.batch; n++)
		for (let oy = 0; oy < g.outHeight; oy++)
			for (let ox = 0; ox < g.outWidth; ox++)
				for (let ky = 0; ky < kh; ky++)
					for (let kx = 0; kx < kw; kx++) {
						const iy = oy * g.stride[0] + ky * g.dilation[0] - g.top;
						const ix = ox * g.stride[1] + kx * g.dilation[1] - g.left;
						if (iy < 0 || iy >= g.height || ix < 0 || ix >= g.width) continue;
						const x = ((n * g.height + iy) * g.width + ix) * g.channels;
						const y =
							((n * g.outHeight + oy) * g.outWidth + ox) * g.outChannels;
						const w = (ky * kw + kx) * inputs * g.outChannels;
						for (let k = 0; k < g.groups; k++)
							visit(x + k * inputs, y + k * outputs, w + k * outputs);
					}
}

/** y = x * w + b. Sums in the order of the taps, from the bias on. */
export function conv2dReference(
	g: ConvGeometry,
	x: Values,
	w: Values,
	b: Values | undefined,
	y: Values,
): void {
	for (let i = 0; i < y.length; i++) y[i] = b ? b[i % g.outChannels] : 0;
	const { inputs, outputs } = perGroup(g);
	eachTap(g, (xAt, yAt, wAt) => {
		for (let c = 0; c < inputs; c++)
			for (let o = 0; o < outputs; o++)
				y[yAt + o] += x[xAt + c] * w[wAt + c * g.outChannels + o];
	});
}

/** dx: every product of the forward pass, scattered back to its input pixel. */
export function conv2dInputGradReference(
	g: ConvGeometry,
	dy: Values,
	w: Values,
	dx: Values,
): void {
	dx.fill(0);
	const { inputs, outputs } = perGroup(g);
	eachTap(g, (xAt, yAt, wAt) => {
		for (let c = 0; c < inputs; c++)
			for (let o = 0; o < outputs; o++)
				dx[xAt + c] += dy[yAt + o] * w[wAt + c * g.outChannels + o];
	});
}

/** dw: every product of the forward pass, collected at its weight. */
export function conv2dWeightGradReference(
	g: ConvGeometry,
	x: Values,
	dy: Values,
	dw: Values,
): void {
	dw.fill(0);
	const { inputs, outputs } = perGroup(g);
	eachTap(g, (xAt, yAt, wAt) => {
		for (let c = 0; c < inputs; c++)
			for (let o = 0; o < outputs; o++)
				dw[wAt + c * g.outChannels + o] += x[xAt + c] * dy[yAt + o];
	});
}

/** Channels of one group. */
function perGroup(g: ConvGeometry): { inputs: number; outputs: number } {
	return {
		inputs: g.channels / g.groups,
		outputs: g.outChannels / g.groups,
	};
}
