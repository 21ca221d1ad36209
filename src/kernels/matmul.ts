import {
	type Capabilities,
	ceilDiv,
	type Dispatch,
	dispatch,
	linearGrid,
} from "../engine/index.ts";
import outerKernel from "./matmul-outer-tile.wgsl";
import quadKernel from "./matmul-quad.wgsl";
import tileKernel from "./matmul-tile.wgsl";
import { rowsPerChunk } from "./split.ts";

/** Which of the kernels: register tiles, or those that share loads among four lanes, 16 or 32 columns wide. */
export type MatmulKind = "tile" | "quad" | "wideQuad";

/**
 * The kinds for products of so many columns on a device, best first. Quads are
 * for software adapters, whose four lanes are neighbours; wide ones where they
 * are whole subgroups (SwiftShader), elsewhere they spill too many registers.
 */
export function matmulKinds(
	{ software, features, subgroupSize }: Capabilities,
	columns: number,
): readonly MatmulKind[] {
	if (!software || !features.has("subgroups")) return ["tile"];
	const wide = subgroupSize === 4 && columns > 16;
	return [wide ? "wideQuad" : "quad", "tile"];
}

/** Matrix products a [planes, rows, inner] * w [planes, inner, columns]; columns and, for tiles, inner multiples of 4. */
export interface MatmulSize {
	readonly planes: number;
	readonly rows: number;
	readonly inner: number;
	readonly columns: number;
}

/** The dispatch of y = a * w + b; `names` says what is bound as a, w, b and y. */
export function matmulStage(
	kind: MatmulKind,
	{ planes, rows, inner, columns }: MatmulSize,
	names: { a?: string; w?: string; y?: string },
	hasBias = false,
): Dispatch {
	const constants = { HAS_BIAS: hasBias ? 1 : 0 };
	if (kind !== "tile") {
		const size = { planes, rows, inner, columns };
		const steps = [rows * inner, inner, 1] as const;
		const chunk = 4 * ceilDiv(inner, 4);
		return quadStage(kind, size, chunk, steps, constants, names);
	}
	return dispatch({
		kernel: tileKernel,
		params: { planes, rows, r4: inner / 4, q4: columns / 4 },
		constants,
		grid: linearGrid(
			ceilDiv(planes * ceilDiv(rows, 8) * ceilDiv(columns, 8), 64),
		),
		rename: names,
	});
}

function quadStage(
	kind: MatmulKind,
	{ planes, rows, inner, columns }: MatmulSize,
	chunk: number,
	[a_plane, a_row, a_inner]: readonly [number, number, number],
	constants: { HAS_BIAS?: number },
	rename: { a?: string; w?: string; b?: string; y?: string },
): Dispatch {
	const wide = kind === "wideQuad";
	const tiles = ceilDiv(rows, 16) * ceilDiv(columns, wide ? 32 : 16);
	return dispatch({
		kernel: quadKernel,
		params: {
			planes,
			rows,
			inner,
			q4: columns / 4,
			chunk,
			a_plane,
			a_row,
			a_inner,
		},
		constants: {
			HAS_BIAS: 0,
			...constants,
			RAGGED: inner % chunk ? 1 : 0,
			WIDE: wide ? 1 : 0,
		},
		grid: linearGrid(ceilDiv(ceilDiv(inner, chunk) * planes * tiles, 16)),
		rename,
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
	kind: MatmulKind,
	size: OuterSize,
	chunkRows: number,
	{ a, d }: { a: string; d: string },
): Dispatch {
	const { planes, rows, left, right } = size;
	if (kind !== "tile") {
		const product = { planes, rows: left, inner: rows, columns: right };
		const steps = [rows * left, 1, left] as const;
		const names = { a, w: d, y: "partial" };
		return quadStage(kind, product, chunkRows, steps, {}, names);
	}
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
		rename: { a, d },
	});
}

/** Rows per chunk for `matmulOuterStage`, a multiple of 4. */
export function outerChunkRows(
	size: OuterSize,
	capabilities: Capabilities,
): number {
	const { planes, rows, left, right } = size;
	const invocations = tilesOf(size);
	const outputs = planes * left * right;
	const split = { rows, invocations, outputs, least: 16 };
	return 4 * ceilDiv(rowsPerChunk(split, capabilities), 4);
}

function tilesOf({ planes, left, right }: OuterSize): number {
	return planes * ceilDiv(left, 8) * ceilDiv(right, 8);
}
