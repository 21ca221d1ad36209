import { type Capabilities, ceilDiv, type Variant } from "../engine/index.ts";
import type { ConvGeometry } from "./conv2d-geometry.ts";
import {
	type MatmulKind,
	matmulKinds,
	matmulOuterStage,
	matmulStage,
	outerChunkRows,
} from "./matmul.ts";
import { sumStages } from "./reduce.ts";
import { transposeStage } from "./transpose.ts";

// A 1x1 convolution with stride 1 and no padding is a product of matrices:
// pixels x channels times channels x output channels.

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

/** Ways to compute `conv2dWeightGrad` so. */
export function pointwiseWeightGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const { channels: left, outChannels: right } = g;
	if (!pointwiseApplies(g)) return [];
	const kinds = matmulKinds(capabilities, right);
	const size = { planes: 1, rows: pixelsOf(g), left, right };
	const chunkRows = outerChunkRows(size, capabilities);
	const chunks = ceilDiv(size.rows, chunkRows);
	const block = { outer: 1, rows: chunks, inner: left * right };
	const sum = sumStages([block], "partial", 1);
	return kinds.map((kind) => ({
		scratch: { partial: chunks * left * right, ...sum.scratch },
		stages: [
			matmulOuterStage(kind, size, chunkRows, { a: "x", d: "dy" }),
			...sum.stages,
		],
	}));
}

function pixelsOf(g: ConvGeometry): number {
	return g.batch * g.height * g.width;
}
