import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aligned, planMemory, type Span } from "../src/engine/plan.ts";

const LIMIT = 1 << 20;

const spans: fc.Arbitrary<Span[]> = fc
	.array(
		fc.record({
			bytes: fc.integer({ min: 1, max: 40_000 }),
			first: fc.nat(30),
			length: fc.nat(12),
			apart: fc.array(fc.nat(19), { maxLength: 3 }),
		}),
		{ minLength: 1, maxLength: 20 },
	)
	.map((rows) => {
		// Who must be apart from whom is mutual.
		const apart = rows.map(() => new Set<number>());
		rows.forEach((row, i) => {
			for (const j of row.apart) {
				if (j === i || j >= rows.length) continue;
				apart[i].add(j);
				apart[j].add(i);
			}
		});
		return rows.map(({ bytes, first, length }, i) => ({
			bytes,
			first,
			last: first + length,
			apart: apart[i],
		}));
	});

describe("planned memory", () => {
	test("never overlaps at one moment, and keeps apart what must be", () => {
		fc.assert(
			fc.property(spans, (all) => {
				const { places, slabs, lowerBound } = planMemory(all, LIMIT);
				all.forEach((a, i) => {
					const p = places[i];
					expect(p.offset % 256).toBe(0);
					expect(p.offset + a.bytes).toBeLessThanOrEqual(slabs[p.slab]);
					all.forEach((b, j) => {
						const q = places[j];
						if (i === j || p.slab !== q.slab) return;
						expect(a.apart?.has(j)).toBe(false);
						const meet = a.first <= b.last && b.first <= a.last;
						const overlap =
							p.offset < q.offset + b.bytes && q.offset < p.offset + a.bytes;
						expect(meet && overlap).toBe(false);
					});
				});
				const total = slabs.reduce((x, y) => x + y, 0);
				expect(total).toBeGreaterThanOrEqual(lowerBound);
			}),
			{ seed: 7, numRuns: 300 },
		);
	});

	test("what follows takes the place of what is done with", () => {
		const chain = Array.from({ length: 10 }, (_, i) => ({
			bytes: 1000,
			first: i,
			last: i + 1,
		}));
		const { slabs, lowerBound } = planMemory(chain, LIMIT);
		expect(lowerBound).toBe(2 * aligned(1000));
		expect(slabs.reduce((a, b) => a + b)).toBe(lowerBound);
	});

	test("a second slab where the first would be too large", () => {
		const both = [0, 1].map(() => ({ bytes: 700_000, first: 0, last: 0 }));
		expect(planMemory(both, LIMIT).slabs).toHaveLength(2);
	});
});
