import { invalid, type Shape } from "../engine/index.ts";
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
	/** Pixels from one window to the next; default 1. */
	readonly stride: number | Extents;
	/** Pixels from one of the window's own to the next; default 1. */
	readonly dilation: number | Extents;
	/** Zeros around the image; default 0. */
	readonly padding: Padding;
	/** Equal parts of the channels that are convolved apart; depthwise when as many as channels; default 1. */
	readonly groups: number;
}

/** PyTorch's defaults. */
export const windowDefaults: ConvWindow = {
	stride: 1,
	dilation: 1,
	padding: 0,
	groups: 1,
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
	readonly groups: number;
}

/** Resolves a convolution over `x` [N,H,W,C]; rejects windows that do not fit and groups that do not divide the channels. */
export function geometry(
	x: Shape,
	kernel: Extents,
	outChannels: number,
	attrs: ConvWindow,
): ConvGeometry {
	const [batch, height, width, channels] = x;
	const stride = pair(attrs.stride);
	const dilation = pair(attrs.dilation);
	const { groups } = attrs;
	positiveIntegers("size", [height, width]);
	positiveIntegers("groups", [groups]);
	if (channels % groups || outChannels % groups) {
		invalid(
			`groups ${groups} must divide the ${channels} input and ${outChannels} output channels`,
		);
	}
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
		groups,
	};
}

/** Whether neighbouring outputs see neighbouring windows without gaps: stride 1, no dilation. */
export function stepsByOne({ stride, dilation }: ConvGeometry): boolean {
	return [...stride, ...dilation].every((v) => v === 1);
}

/** The uniform fields that all convolution kernels share. WGSL vectors are (x, y), attributes [height, width]. */
export function windowParams(g: ConvGeometry) {
	return {
		kernel: [g.kernel[1], g.kernel[0]],
		stride: [g.stride[1], g.stride[0]],
		dilation: [g.dilation[1], g.dilation[0]],
		pad: [g.left, g.top],
	};
}
