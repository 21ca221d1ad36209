import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cocoFile, labelmeJson } from "../../src/data/annotations.ts";
import { type Region, regionsOf } from "../../src/data/polygons.ts";

/** Whether a polygon holds a point, by the number of edges to its right. */
function holds(polygon: Region["polygon"], x: number, y: number): boolean {
	let inside = false;
	polygon.forEach(([ax, ay], i) => {
		const [bx, by] = polygon[(i + 1) % polygon.length];
		if (ay > y === by > y) return;
		if (x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
	});
	return inside;
}

const extent = fc.integer({ min: 1, max: 14 });
const masks = fc
	.record({ height: extent, width: extent })
	.chain(({ height, width }) =>
		fc.record({
			height: fc.constant(height),
			width: fc.constant(width),
			ids: fc.uint8Array({
				minLength: height * width,
				maxLength: height * width,
				max: 2,
			}),
		}),
	);

describe("regions of a class as polygons", () => {
	test("hold exactly its pixels, holes and all", () => {
		const property = fc.property(masks, ({ ids, height, width }) => {
			const regions = regionsOf(ids, { height, width }, 1);
			ids.forEach((id, p) => {
				const [x, y] = [(p % width) + 0.5, Math.floor(p / width) + 0.5];
				const count = regions.filter((r) => holds(r.polygon, x, y)).length;
				expect(count).toBe(id === 1 ? 1 : 0);
			});
			const area = regions.reduce((sum, r) => sum + r.area, 0);
			expect(area).toBe(ids.filter((id) => id === 1).length);
		});
		fc.assert(property, { numRuns: 500 });
	});

	test("a ring and an island in its hole are two", () => {
		const ids = Uint8Array.from(
			"1111111100000110000011001001100000110000011111111",
			Number,
		);
		const regions = regionsOf(ids, { height: 7, width: 7 }, 1);
		expect(regions.map((r) => r.area).sort((a, b) => a - b)).toEqual([1, 24]);
		expect(regions.find((r) => r.area === 24)?.box).toEqual([0, 0, 7, 7]);
	});
});

const image = {
	fileName: "cat.jpg",
	height: 3,
	width: 4,
	ids: Uint8Array.from([0, 1, 1, 0, 0, 1, 1, 0, 2, 0, 0, 0]),
};
const classes = { names: ["background", "cat", "dog"], background: 0 };

test("labelme: a shape for each region of the foreground", () => {
	const file = JSON.parse(labelmeJson(image, classes));
	expect(file).toMatchObject({
		imagePath: "cat.jpg",
		imageHeight: 3,
		imageWidth: 4,
	});
	expect(file.shapes.map((s: { label: string }) => s.label)).toEqual([
		"cat",
		"dog",
	]);
	expect(file.shapes[0].shape_type).toBe("polygon");
});

test("COCO: images, annotations and categories refer to each other", () => {
	const coco = cocoFile(classes);
	coco.add(image);
	coco.add({ ...image, fileName: "dog.jpg" });
	const file = JSON.parse(coco.json());
	expect(file.images.map((i: { id: number }) => i.id)).toEqual([1, 2]);
	expect(file.categories).toMatchObject([
		{ id: 1, name: "cat" },
		{ id: 2, name: "dog" },
	]);
	expect(file.annotations).toHaveLength(4);
	expect(file.annotations[0]).toMatchObject({
		id: 1,
		image_id: 1,
		category_id: 1,
		area: 4,
		bbox: [1, 0, 2, 2],
		iscrowd: 0,
	});
	expect(file.annotations[3].image_id).toBe(2);
});
