import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	type Variant,
} from "../engine/index.ts";
import type { ConvGeometry } from "./conv2d-geometry.ts";
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
