import type { ConvGeometry } from "./conv2d-geometry.ts";

type Values = Float64Array | Int32Array;

/**
 * Visits every (output pixel, tap) pair of a convolution whose input pixel
 * exists. `visit` gets the offsets of the first channel in x, y and of the
 * tap's first weight.
 */
function eachTap(
	g: ConvGeometry,
	visit: (x: number, y: number, w: number) => void,
): void {
	const [kh, kw] = g.kernel;
	for (let n = 0; n < g.batch; n++)
		for (let oy = 0; oy < g.outHeight; oy++)
			for (let ox = 0; ox < g.outWidth; ox++)
				for (let ky = 0; ky < kh; ky++)
					for (let kx = 0; kx < kw; kx++) {
						const iy = oy * g.stride[0] + ky * g.dilation[0] - g.top;
						const ix = ox * g.stride[1] + kx * g.dilation[1] - g.left;
						if (iy < 0 || iy >= g.height || ix < 0 || ix >= g.width) continue;
						visit(
							((n * g.height + iy) * g.width + ix) * g.channels,
							((n * g.outHeight + oy) * g.outWidth + ox) * g.outChannels,
							(ky * kw + kx) * g.channels * g.outChannels,
						);
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
	eachTap(g, (xAt, yAt, wAt) => {
		for (let c = 0; c < g.channels; c++)
			for (let o = 0; o < g.outChannels; o++)
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
	eachTap(g, (xAt, yAt, wAt) => {
		for (let c = 0; c < g.channels; c++)
			for (let o = 0; o < g.outChannels; o++)
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
	eachTap(g, (xAt, yAt, wAt) => {
		for (let c = 0; c < g.channels; c++)
			for (let o = 0; o < g.outChannels; o++)
				dw[wAt + c * g.outChannels + o] += x[xAt + c] * dy[yAt + o];
	});
}
