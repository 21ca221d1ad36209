/** A piece of memory that is needed from one moment to another, both included. */
export interface Span {
	readonly bytes: number;
	readonly first: number;
	readonly last: number;
	/** Spans, by their position, that must lie in other slabs. */
	readonly apart?: ReadonlySet<number>;
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
 * at the same moment never overlap: the largest first, each where it adds least
 * (greedy by size: Pisarchyk and Lee 2020, arXiv:2001.03288), or those first that
 * take the most room for the longest time, whichever needs less.
 */
export function planMemory(spans: readonly Span[], limit: number): Plan {
	const orders = [
		({ bytes }: Span) => bytes,
		({ bytes, first, last }: Span) => bytes * (last - first + 1),
	];
	const plans = orders.map((weight) => placed(spans, limit, weight));
	const [{ places, slabs }] = plans.sort((a, b) => a.bytes - b.bytes);
	return { places, slabs, lowerBound: mostAtOnce(spans) };
}

/** Places the spans of most weight first. */
function placed(
	spans: readonly Span[],
	limit: number,
	weight: (span: Span) => number,
): Pick<Plan, "places" | "slabs"> & { bytes: number } {
	const order = spans
		.map((_, i) => i)
		.sort((a, b) => weight(spans[b]) - weight(spans[a]) || a - b);
	const slabs: Slab[] = [];
	const places: { slab: number; offset: number }[] = [];
	for (const i of order) {
		const span = { ...spans[i], bytes: aligned(spans[i].bytes) };
		// A new slab, unless another grows by less: each leaves more room for what must lie apart.
		let best = { slab: slabs.length, offset: 0, added: span.bytes };
		slabs.forEach(({ bytes, placed }, slab) => {
			if (placed.some((p) => span.apart?.has(p.index))) return;
			const offset = lowestGap(placed, span);
			const end = offset + span.bytes;
			const added = Math.max(0, end - bytes);
			if (end <= limit && added < best.added) best = { slab, offset, added };
		});
		slabs[best.slab] ??= { bytes: 0, placed: [] };
		const { slab, offset } = best;
		places[i] = { slab, offset };
		slabs[slab].placed.push({ ...span, offset, index: i });
		slabs[slab].bytes = Math.max(slabs[slab].bytes, offset + span.bytes);
	}
	const sizes = slabs.map((s) => s.bytes);
	return { places, slabs: sizes, bytes: sizes.reduce((a, b) => a + b, 0) };
}

interface Placed extends Span {
	readonly offset: number;
	readonly index: number;
}

interface Slab {
	bytes: number;
	readonly placed: Placed[];
}

/** The lowest offset at which the span meets none that is needed at the same time. */
function lowestGap(placed: readonly Placed[], span: Span): number {
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
