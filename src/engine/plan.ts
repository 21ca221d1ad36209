/** A piece of memory that is needed from one moment to another, both included. */
export interface Span {
	readonly bytes: number;
	readonly first: number;
	readonly last: number;
}

/** Where the planner put each span. */
export interface Plan {
	/** In the order of the spans. */
	readonly places: readonly {
		readonly slab: number;
		readonly offset: number;
	}[];
	/** Bytes of each slab. */
	readonly slabs: readonly number[];
	/** Most bytes needed at one moment: no plan can do with less. */
	readonly lowerBound: number;
}

/** WebGPU's largest minStorageBufferOffsetAlignment: valid on every adapter. */
export const ALIGNMENT = 256;

/** Bytes rounded up to the alignment of bindings. */
export function aligned(bytes: number): number {
	return Math.ceil(Math.max(bytes, 1) / ALIGNMENT) * ALIGNMENT;
}

/**
 * Places spans in slabs of at most `limit` bytes so that those that are needed
 * at the same moment never overlap: the largest first, each as low as it fits
 * (greedy by size: Pisarchyk and Lee 2020, arXiv:2001.03288).
 */
export function planMemory(spans: readonly Span[], limit: number): Plan {
	const order = spans
		.map((_, i) => i)
		.sort((a, b) => spans[b].bytes - spans[a].bytes || a - b);
	const slabs: { bytes: number; placed: (Span & { offset: number })[] }[] = [];
	const places: { slab: number; offset: number }[] = [];
	for (const i of order) {
		const span = { ...spans[i], bytes: aligned(spans[i].bytes) };
		let slab = 0;
		for (; slab < slabs.length; slab++) {
			const offset = lowestGap(slabs[slab].placed, span);
			if (offset + span.bytes > limit) continue;
			places[i] = { slab, offset };
			break;
		}
		if (!places[i]) {
			slabs.push({ bytes: 0, placed: [] });
			places[i] = { slab, offset: 0 };
		}
		const { offset } = places[i];
		slabs[slab].placed.push({ ...span, offset });
		slabs[slab].bytes = Math.max(slabs[slab].bytes, offset + span.bytes);
	}
	return {
		places,
		slabs: slabs.map((s) => s.bytes),
		lowerBound: mostAtOnce(spans),
	};
}

/** The lowest offset at which the span meets none that is needed at the same time. */
function lowestGap(
	placed: readonly (Span & { offset: number })[],
	span: Span,
): number {
	const others = placed
		.filter((p) => p.first <= span.last && span.first <= p.last)
		.sort((a, b) => a.offset - b.offset);
	let offset = 0;
	for (const p of others) {
		if (p.offset - offset >= span.bytes) break;
		offset = Math.max(offset, p.offset + p.bytes);
	}
	return offset;
}

function mostAtOnce(spans: readonly Span[]): number {
	const change = new Map<number, number>();
	for (const { bytes, first, last } of spans) {
		change.set(first, (change.get(first) ?? 0) + aligned(bytes));
		change.set(last + 1, (change.get(last + 1) ?? 0) - aligned(bytes));
	}
	let now = 0;
	let most = 0;
	for (const t of [...change.keys()].sort((a, b) => a - b)) {
		now += change.get(t) ?? 0;
		most = Math.max(most, now);
	}
	return most;
}
