import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import {
	type Canvas,
	drawLine,
	fillCircle,
	fillRectangle,
	type Point,
} from "../../src/data/fill-pillow.ts";
import { decodeRuns, fillCocoPolygon, fillRuns } from "../../src/data/rle.ts";
import oracle from "./oracle/shapes.json" with { type: "json" };

const [height, width] = oracle.size;
const canvas = (): Canvas => ({
	height,
	width,
	values: new Uint8Array(height * width),
});

/** Draws each row on a canvas of its own and compares checksums. */
function agree<T extends readonly unknown[]>(
	rows: readonly T[],
	checksum: (row: T) => number,
	draw: (on: Canvas, row: T) => void,
): void {
	expect(rows.length).toBeGreaterThan(50);
	const wrong = rows.filter((row) => {
		const on = canvas();
		draw(on, row);
		return crc32(on.values) !== checksum(row);
	});
	expect(wrong).toEqual([]);
}

test("lines, circles and rectangles are Pillow's", () => {
	agree(
		oracle.lines as [Point[], number][],
		([, crc]) => crc,
		(on, [points]) => drawLine(on, points, 10, 1),
	);
	agree(
		oracle.circles as [Point, number, number][],
		([, , crc]) => crc,
		(on, [centre, radius]) => fillCircle(on, centre, radius, 1),
	);
	agree(
		oracle.rectangles as [[Point, Point], number][],
		([, crc]) => crc,
		(on, [corners]) => fillRectangle(on, corners, 1),
	);
});

test("polygons are COCO's, pixel for pixel", () => {
	agree(
		oracle.coco as [number[], number, number][],
		([, crc]) => crc,
		(on, [xy]) => fillCocoPolygon(on, xy, 1),
	);
});

test("compressed runs are COCO's", () => {
	agree(
		oracle.runs as [string, number][],
		([, crc]) => crc,
		(on, [text]) => fillRuns(on, decodeRuns(text, "a.json"), 1, "a.json"),
	);
});
