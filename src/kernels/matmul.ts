import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	linearGrid,
} from "../engine/index.ts";
import outerKernel from "./matmul-outer-tile.wgsl";
import tileKernel from "./matmul-tile.wgsl";
import { rowsPerChunk } from "./split.ts";

/** Matrix products a [planes, rows, inner] * w [planes, inner, columns]; inner and columns multiples of 4. */
export interface MatmulSize {
	readonly planes: number;
	readonly rows: number;
	readonly inner: number;
	readonly columns: number;
}

/** The dispatch of y = a * w + b; `names` says what is bound as a, w, b and y. */
export function matmulStage(
	{ planes, rows, inner, columns }: MatmulSize,
	names: { a?: string; w?: string; y?: string },
	hasBias = false,
): Dispatch {
	return dispatch({
		kernel: tileKernel,
		params: { planes, rows, r4: inner / 4, q4: columns / 4 },
		constants: { HAS_BIAS: hasBias ? 1 : 0 },
		grid: linearGrid(
			ceilDiv(planes * ceilDiv(rows, 8) * ceilDiv(columns, 8), 64),
		),
		rename: names,
	});
}

/** Products a^T * d of a [planes, rows, left] and d [planes, rows, right], split over rows; left and right multiples of 4. */
export interface OuterSize {
	readonly planes: number;
	readonly rows: number;
	readonly left: number;
	readonly right: number;
}

/** The dispatch that writes `partial` [chunks, planes, left, right]. */
export function matmulOuterStage(
	size: OuterSize,
	chunkRows: number,
	names: { a: string; d: string },
): Dispatch {
	const { planes, rows, left, right } = size;
	const invocations = ceilDiv(rows, chunkRows) * tilesOf(size);
	return dispatch({
		kernel: outerKernel,
		params: {
			planes,
			rows,
			chunk_rows: chunkRows,
			c4: left / 4,
			o4: right / 4,
			invocations,
		},
		grid: linearGrid(ceilDiv(invocations, 64)),
		rename: names,
	});
}

/** Rows per chunk for `matmulOuterStage`. */
export function outerChunkRows(
	size: OuterSize,
	capabilities: Capabilities,
): number {
	const { planes, rows, left, right } = size;
	const invocations = tilesOf(size);
	const outputs = planes * left * right;
	return rowsPerChunk({ rows, invocations, outputs, least: 16 }, capabilities);
}

function tilesOf({ planes, left, right }: OuterSize): number {
	return planes * ceilDiv(left, 8) * ceilDiv(right, 8);
}
