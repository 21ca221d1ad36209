import type { Variant } from "../engine/index.ts";
import type { ConvGeometry } from "./conv2d-geometry.ts";
import { type MatmulKind, matmulStage } from "./matmul.ts";
import { transposeStage } from "./transpose.ts";

// A 1x1 convolution with stride 1 and no padding is a product of matrices:
// pixels x channels times channels x output channels. (Its weight gradient gains
// nothing from that form: conv2d-weight-grad-tile already is one for each tap.)

/** Whether a convolution is one, with channels in fours. */
export function pointwiseApplies(g: ConvGeometry): boolean {
	const ones = [...g.kernel, ...g.stride].every((v) => v === 1);
	const unpadded = g.top + g.bottom + g.left + g.right === 0;
	return ones && unpadded && g.channels % 4 === 0 && g.outChannels % 4 === 0;
}

/** Stages of `conv2d`. */
export function pointwiseForward(
	g: ConvGeometry,
	kind: MatmulKind,
	hasBias: boolean,
): Variant {
	const size = {
		planes: 1,
		rows: pixelsOf(g),
		inner: g.channels,
		columns: g.outChannels,
	};
	return {
		scratch: {},
		stages: [matmulStage(kind, size, { a: "x" }, hasBias)],
	};
}

/** Stages of `conv2dInputGrad`: dy times the transposed weights. */
export function pointwiseInputGrad(g: ConvGeometry, kind: MatmulKind): Variant {
	const { channels, outChannels } = g;
	const size = {
		planes: 1,
		rows: pixelsOf(g),
		inner: outChannels,
		columns: channels,
	};
	return {
		scratch: { transposed: channels * outChannels },
		stages: [
			transposeStage(1, channels, outChannels, { x: "w", y: "transposed" }),
			matmulStage(kind, size, { a: "dy", w: "transposed" }),
		],
	};
}

function pixelsOf(g: ConvGeometry): number {
	return g.batch * g.height * g.width;
}
