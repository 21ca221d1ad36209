import type { Shape } from "../engine/index.ts";
import {
	type Extents,
	outputExtent,
	type Padding,
	type Pads,
	pair,
	positiveIntegers,
	resolvePadding,
} from "./padding.ts";

/** How a convolution's window moves. A number counts for both directions. */
export interface ConvWindow {
	readonly stride: number | Extents;
	readonly dilation: number | Extents;
	readonly padding: Padding;
}

/** PyTorch's defaults. */
export const windowDefaults: ConvWindow = {
	stride: 1,
	dilation: 1,
	padding: 0,
};

/** Everything the loops of a convolution need, resolved. */
export interface ConvGeometry extends Pads {
	readonly batch: number;
	readonly height: number;
	readonly width: number;
	readonly channels: number;
	readonly outHeight: number;
	readonly outWidth: number;
	readonly outChannels: number;
	readonly kernel: Extents;
	readonly stride: Extents;
	readonly dilation: Extents;
}

/** Resolves a convolution over `x` [N,H,W,C]; rejects windows that do not fit. */
export function geometry(
	x: Shape,
	kernel: Extents,
	outChannels: number,
	attrs: ConvWindow,
): ConvGeometry {
	const [batch, height, width, channels] = x;
	const stride = pair(attrs.stride);
	const dilation = pair(attrs.dilation);
	positiveIntegers("size", [height, width]);
	const pads = resolvePadding(
		attrs.padding,
		[height, width],
		kernel,
		stride,
		dilation,
	);
	return {
		...pads,
		batch,
		height,
		width,
		channels,
		outHeight: outputExtent(
			height,
			kernel[0],
			stride[0],
			dilation[0],
			pads.top,
			pads.bottom,
		),
		outWidth: outputExtent(
			width,
			kernel[1],
			stride[1],
			dilation[1],
			pads.left,
			pads.right,
		),
		outChannels,
		kernel,
		stride,
		dilation,
	};
}
