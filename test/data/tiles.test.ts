import fc from "fast-check";
import { expect, test } from "vitest";
import { blender, cutTile, tileCorners } from "../../src/data/tiles.ts";

const extent = fc.integer({ min: 1, max: 40 });
const size = fc.record({ height: extent, width: extent });
const overlap = fc.constantFrom(0, 0.25, 0.5, 0.9);

test("tiles cover every pixel, overlap as asked and stay inside", () => {
	const property = fc.property(size, size, overlap, (image, tile, share) => {
		const seen = new Uint8Array(image.height * image.width);
		for (const { top, left } of tileCorners(image, tile, share)) {
			expect(top).toBeGreaterThanOrEqual(0);
			expect(top).toBeLessThanOrEqual(Math.max(0, image.height - tile.height));
			for (let y = top; y < Math.min(top + tile.height, image.height); y++) {
				for (let x = left; x < Math.min(left + tile.width, image.width); x++) {
					seen[y * image.width + x] = 1;
				}
			}
		}
		expect(seen.includes(0)).toBe(false);
	});
	fc.assert(property);
	const lefts = tileCorners(
		{ height: 8, width: 100 },
		{ height: 8, width: 32 },
		0.5,
	).map((c) => c.left);
	for (let i = 1; i < lefts.length; i++) {
		expect(lefts[i] - lefts[i - 1]).toBeLessThanOrEqual(16);
	}
});

test("scores that agree between tiles come back as they were, mirrored or not", () => {
	const flag = fc.boolean();
	fc.assert(
		fc.property(
			...([size, size, overlap, flag, flag] as const),
			(image, tile, share, horizontal, vertical) => {
				const { height, width } = image;
				const values = Uint8Array.from(
					{ length: height * width * 2 },
					(_, i) => (i * 37) % 251,
				);
				const mirrors = [{}, { horizontal, vertical }];
				const rows: number[] = [];
				const blend = blender(image, tile, 2, (first, scores) => {
					expect(first * width * 2).toBe(rows.length);
					rows.push(...scores);
				});
				const picture = { height, width, channels: 2, data: values };
				for (const corner of tileCorners(image, tile, share)) {
					for (const mirrored of mirrors) {
						const cut = cutTile(picture, corner, tile, mirrored);
						blend.add(Float32Array.from(cut), corner, mirrored);
					}
				}
				blend.finish();
				expect(rows).toHaveLength(values.length);
				rows.forEach((v, i) => {
					expect(Math.abs(v - values[i])).toBeLessThan(1e-3);
				});
			},
		),
		{ numRuns: 60 },
	);
});

test("the memory is that of one row of tiles, whatever the image's height", () => {
	const tile = { height: 8, width: 8 };
	for (const height of [40, 4000]) {
		const image = { height, width: 24 };
		const held = new Set<number>();
		let told = 0;
		const blend = blender(image, tile, 3, (_, scores) => {
			held.add(scores.buffer.byteLength);
			told += scores.length;
		});
		for (const corner of tileCorners(image, tile, 0.5)) {
			blend.add(new Float32Array(8 * 8 * 3).fill(1), corner);
		}
		blend.finish();
		expect(told).toBe(height * 24 * 3);
		expect([...held]).toEqual([8 * 24 * 3 * 4]);
	}
});

test("a tile counts most at its centre", () => {
	const image = { height: 8, width: 12 };
	const tile = { height: 8, width: 8 };
	let row = new Float32Array();
	const blend = blender(image, tile, 1, (_, scores) => {
		row = scores.slice(0, 12);
	});
	blend.add(new Float32Array(64), { top: 0, left: 0 });
	blend.add(new Float32Array(64).fill(1), { top: 0, left: 4 });
	blend.finish();
	expect(row[0]).toBe(0);
	expect(row[11]).toBe(1);
	// Pixels 4 to 7 are in both: distances from the centres 4 and 8 are 0.5..3.5 and 3.5..0.5.
	const weight = (d: number) => Math.max(Math.exp(-0.5 * d * d), 1e-3);
	expect(row[4]).toBeCloseTo(weight(3.5) / (weight(0.5) + weight(3.5)), 5);
	expect(row[7]).toBeCloseTo(weight(0.5) / (weight(0.5) + weight(3.5)), 5);
});

test("beyond the image its border goes on, or all is 0", () => {
	const data = Uint8Array.of(1, 2, 3, 4);
	const image = { height: 2, width: 2, channels: 1, data };
	const window = { height: 4, width: 3 };
	const cut = (beyond: "border" | "zero", mirrored = {}) => [
		...cutTile(image, { top: -1, left: -1 }, window, mirrored, beyond),
	];
	expect(cut("border")).toEqual([1, 1, 2, 1, 1, 2, 3, 3, 4, 3, 3, 4]);
	expect(cut("zero")).toEqual([0, 0, 0, 0, 1, 2, 0, 3, 4, 0, 0, 0]);
	expect(cut("zero", { horizontal: true })).toEqual([
		...[0, 0, 0, 2, 1, 0, 4, 3, 0, 0, 0, 0],
	]);
});
