import {
	defineOp,
	formatShape,
	invalid,
	type Op,
	type Shape,
} from "../engine/index.ts";
import {
	type ConvWindow,
	geometry,
	windowDefaults,
} from "./conv2d-geometry.ts";
import {
	conv2dInputGradReference,
	conv2dReference,
	conv2dWeightGradReference,
} from "./conv2d-reference.ts";
import {
	forwardVariants,
	inputGradVariants,
	weightGradVariants,
} from "./conv2d-variants.ts";
import type { Extents } from "./padding.ts";
import { sum } from "./reduce.ts";

/** Attributes of `conv2dInputGrad`. */
export interface InputGradAttrs extends ConvWindow {
	/** Height and width of the convolution's input, which a stride leaves open. */
	readonly size: Extents;
}

/** Attributes of `conv2dWeightGrad`. */
export interface WeightGradAttrs extends ConvWindow {
	/** Height and width of the convolution's kernel. */
	readonly kernel: Extents;
}

/**
 * 2-D convolution (cross-correlation, as every deep learning library means it):
 * x [N,H,W,C], w [kh,kw,C/groups,O], b [O] optional -> [N,OH,OW,O]; output
 * channels in order of their groups. `padding` as in `Padding`; defaults stride
 * 1, dilation 1, padding 0, groups 1 (PyTorch's).
 */
export const conv2d: Op<["x", "w", "b?"], ConvWindow> =
	/* @__PURE__ */ defineOp({
		name: "conv2d",
		inputs: ["x", "w", "b?"],
		// Weights may be kept in f32 where images are f16.
		dtypeLike: "x",
		defaults: windowDefaults,
		shape({ x, w, b }, attrs) {
			imageRank("x", x);
			weightRank(w);
			const { groups } = attrs;
			if (x[3] !== w[2] * groups) {
				const each = groups === 1 ? "" : ` in each of ${groups} groups`;
				invalid(`x has ${x[3]} channels but w takes ${w[2]}${each}`);
			}
			if (b && (b.length !== 1 || b[0] !== w[3])) {
				invalid(`b must have shape [${w[3]}], one value per output channel`);
			}
			const g = geometry(x, [w[0], w[1]], w[3], attrs);
			return [g.batch, g.outHeight, g.outWidth, g.outChannels];
		},
		reference({ x, w, b }, attrs, y) {
			const g = geometry(x.shape, [w.shape[0], w.shape[1]], w.shape[3], attrs);
			conv2dReference(g, x.data, w.data, b?.data, y.data);
		},
		takesEpilogue: true,
		launch: ({ shapes: { x, w, b }, attrs, capabilities }) =>
			forwardVariants(
				geometry(x, [w[0], w[1]], w[3], attrs),
				capabilities,
				b !== undefined,
			),
		grad: {
			x: ({ inputs, dy, attrs }) =>
				conv2dInputGrad(dy, inputs.w, {
					...attrs,
					size: extents(inputs.x.shape),
				}),
			w: ({ inputs, dy, attrs }) =>
				conv2dWeightGrad(inputs.x, dy, {
					...attrs,
					kernel: [inputs.w.shape[0], inputs.w.shape[1]],
				}),
			b: ({ dy }) => sum(dy, { axes: [0, 1, 2] }),
		},
	});

/**
 * Gradient of `conv2d` with respect to its input, which is transposed
 * convolution: dy [N,OH,OW,O], w [kh,kw,C/groups,O] -> [N, ...size, C].
 */
export const conv2dInputGrad: Op<["dy", "w"], InputGradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "conv2dInputGrad",
		inputs: ["dy", "w"],
		dtypeLike: "dy",
		defaults: { ...windowDefaults, size: [0, 0] as Extents },
		shape({ dy, w }, attrs) {
			imageRank("dy", dy);
			weightRank(w);
			if (dy[3] !== w[3])
				invalid(`dy has ${dy[3]} channels but w gives ${w[3]}`);
			const x = [dy[0], attrs.size[0], attrs.size[1], w[2] * attrs.groups];
			outputMatches(dy, x, [w[0], w[1]], attrs);
			return x;
		},
		reference({ dy, w }, attrs, y) {
			const g = geometry(y.shape, [w.shape[0], w.shape[1]], w.shape[3], attrs);
			conv2dInputGradReference(g, dy.data, w.data, y.data);
		},
		takesEpilogue: true,
		launch: ({ shapes: { w }, attrs, y, capabilities }) =>
			inputGradVariants(geometry(y, [w[0], w[1]], w[3], attrs), capabilities),
		grad: {
			dy: ({ inputs, dy, attrs: { size: _, ...window } }) =>
				conv2d(dy, inputs.w, window),
			w: ({ inputs, dy, attrs: { size: _, ...window } }) =>
				conv2dWeightGrad(dy, inputs.dy, {
					...window,
					kernel: [inputs.w.shape[0], inputs.w.shape[1]],
				}),
		},
	});

/** Gradient of `conv2d` with respect to its weight: x [N,H,W,C], dy [N,OH,OW,O] -> [kh,kw,C/groups,O]. */
export const conv2dWeightGrad: Op<["x", "dy"], WeightGradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "conv2dWeightGrad",
		inputs: ["x", "dy"],
		// Sums over all pixels of half-precision values need more than half precision.
		dtype: "f32",
		defaults: { ...windowDefaults, kernel: [0, 0] as Extents },
		shape({ x, dy }, attrs) {
			imageRank("x", x);
			imageRank("dy", dy);
			if (x[0] !== dy[0]) invalid(`x is a batch of ${x[0]} but dy of ${dy[0]}`);
			outputMatches(dy, x, attrs.kernel, attrs);
			return [...attrs.kernel, x[3] / attrs.groups, dy[3]];
		},
		reference({ x, dy }, attrs, y) {
			const g = geometry(x.shape, attrs.kernel, dy.shape[3], attrs);
			conv2dWeightGradReference(g, x.data, dy.data, y.data);
		},
		launch: ({ shapes: { x, dy }, attrs, capabilities }) =>
			weightGradVariants(geometry(x, attrs.kernel, dy[3], attrs), capabilities),
		grad: {
			x: ({ inputs, dy, attrs: { kernel: _, ...window } }) =>
				conv2dInputGrad(inputs.dy, dy, {
					...window,
					size: extents(inputs.x.shape),
				}),
			dy: ({ inputs, dy, attrs: { kernel: _, ...window } }) =>
				conv2d(inputs.x, dy, window),
		},
	});

function extents(image: Shape): Extents {
	return [image[1], image[2]];
}

function imageRank(name: string, shape: Shape): void {
	if (shape.length !== 4)
		invalid(`${name} must have rank 4, [batch, height, width, channels]`);
}

function weightRank(w: Shape): void {
	if (w.length !== 4)
		invalid(
			"w must have rank 4, [height, width, input channels, output channels]",
		);
}

function outputMatches(
	dy: Shape,
	x: Shape,
	kernel: Extents,
	attrs: ConvWindow,
): void {
	const g = geometry(x, kernel, dy[3], attrs);
	if (dy[1] !== g.outHeight || dy[2] !== g.outWidth) {
		invalid(
			`the convolution of ${formatShape(x)} gives ${g.outHeight}x${g.outWidth} pixels, but dy has ${dy[1]}x${dy[2]}`,
		);
	}
}
