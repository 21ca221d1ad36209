import { type Capabilities, ceilDiv } from "../engine/index.ts";

/** Most elements that the partial sums of a split reduction may take: 64 MiB. */
const MAX_PARTIAL = 1 << 24;

/** A reduction over rows that is to be split into chunks. */
export interface Split {
	readonly rows: number;
	/** Invocations that one chunk keeps busy. */
	readonly invocations: number;
	/** Elements of one chunk's partial sums. */
	readonly outputs: number;
	/** Rows that a chunk has at least. */
	readonly least: number;
}

/** Rows per chunk: enough chunks to keep the adapter busy, few enough that their partial sums stay small. */
export function rowsPerChunk(
	{ rows, invocations, outputs, least }: Split,
	capabilities: Capabilities,
): number {
	const busy = ceilDiv(capabilities.software ? 2048 : 65536, invocations);
	const most = Math.max(1, Math.floor(MAX_PARTIAL / outputs));
	return Math.max(least, ceilDiv(rows, Math.min(busy, most)));
}
