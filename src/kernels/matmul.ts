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
import workgroupKernel from "./matmul-workgroup.wgsl";
import { rowsPerChunk } from "./split.ts";

/** Which of the kernels: register tiles, those that share loads among four lanes (16 or 32 columns wide), or tiles in workgroup memory. */
export type MatmulKind = "tile" | "quad" | "wideQuad" | "workgroup";

/**
 * The kinds for products of so many columns on a device, best first. Quads are
 * for software adapters, whose four lanes are neighbours; wide ones where they
 * are whole subgroups (SwiftShader), elsewhere they spill too many registers.
 * Workgroup memory is for real GPUs (software adapters have none), and for as
 * many columns as fill half of a tile.
 */
export function matmulKinds(
	capabilities: Capabilities,
	columns: number,
): readonly MatmulKind[] {
	if (!capabilities.software) {
		return columns < 32 ? ["tile", "workgroup"] : ["workgroup", "tile"];
	}
	return [...quadKinds(capabilities, columns), "tile", "workgroup"];
}

/** The kind of quads for so many columns, or none. */
export function quadKinds(
	{ software, features, subgroupSize }: Capabilities,
	columns: number,
): readonly ("quad" | "wideQuad")[] {
	if (!software || !features.has("subgroups")) return [];
	return [subgroupSize === 4 && columns > 16 ? "wideQuad" : "quad"];
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
		return steppedStage(kind, size, chunk, steps, constants, names);
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

/** The kernels that take `a` by steps. */
function steppedStage(
	kind: MatmulKind,
	{ planes, rows, inner, columns }: MatmulSize,
	chunk: number,
	[a_plane, a_row, a_inner]: readonly [number, number, number],
	constants: { HAS_BIAS?: number },
	rename: { a?: string; w?: string; b?: string; y?: string },
): Dispatch {
	const chunks = ceilDiv(inner, chunk);
	const tiles = (height: number, width: number) =>
		chunks * planes * ceilDiv(rows, height) * ceilDiv(columns, width);
	const q4 = columns / 4;
	const params = { planes, rows, inner, q4, chunk, a_plane, a_row, a_inner };
	const bias = { HAS_BIAS: 0, ...constants };
	if (kind === "workgroup") {
		return dispatch({
			kernel: workgroupKernel,
			params,
			constants: bias,
			grid: linearGrid(tiles(64, 64)),
			rename,
		});
	}
	const wide = kind === "wideQuad";
	return dispatch({
		kernel: quadKernel,
		params,
		constants: {
			...bias,
			WIDE: wide ? 1 : 0,
		},
		grid: linearGrid(ceilDiv(tiles(16, wide ? 32 : 16), 16)),
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
		return steppedStage(kind, product, chunkRows, steps, {}, names);
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
