import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	type Variant,
} from "../engine/index.ts";
import { type ConvGeometry, windowParams } from "./conv2d-geometry.ts";
import weightGradKernel from "./conv2d-weight-grad-quad.wgsl";
import { itemGrid } from "./grid.ts";
import { quadKinds } from "./matmul.ts";
import { sumStages } from "./reduce.ts";
import { rowsPerChunk } from "./split.ts";

/**
 * A weight gradient split over the output's rows: `stage` writes `partial`
 * [chunks, weights] with so many invocations in each chunk, and further stages
 * add the chunks in order.
 */
export function splitWeightGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
	invocations: number,
	stage: (chunkRows: number, invocations: number) => Dispatch,
): Variant {
	const rows = g.batch * g.outHeight;
	const outputs = g.kernel[0] * g.kernel[1] * g.channels * g.outChannels;
	const split = { rows, invocations, outputs, least: 1 };
	const chunkRows = rowsPerChunk(split, capabilities);
	const chunks = ceilDiv(rows, chunkRows);
	const block = { outer: 1, rows: chunks, inner: outputs };
	const sum = sumStages([block], "partial", 1);
	return {
		scratch: { partial: chunks * outputs, ...sum.scratch },
		stages: [stage(chunkRows, chunks * invocations), ...sum.stages],
	};
}

/** Ways to compute `conv2dWeightGrad` with loads that four lanes share; with channels in fours register tiles are as fast. */
export function quadWeightGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const { channels: c, outChannels: o } = g;
	const [kind] = quadKinds(capabilities, o);
	if (!kind) return [];
	const wide = kind === "wideQuad";
	const weightRows = g.kernel[0] * g.kernel[1] * c;
	const tiles = ceilDiv(weightRows, 16) * ceilDiv(o, wide ? 32 : 16);
	const stage = (chunk_rows: number, invocations: number) =>
		dispatch({
			kernel: weightGradKernel,
			params: {
				...windowParams(g),
				x_size: [g.width, g.height],
				dy_size: [g.outWidth, g.outHeight],
				rows: g.batch * g.outHeight,
				c,
				o,
				chunk_rows,
			},
			constants: { WIDE: wide ? 1 : 0 },
			grid: itemGrid(invocations),
		});
	return [splitWeightGrad(g, capabilities, 4 * tiles, stage)];
}
