import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import type { Canvas, Point } from "../../src/data/canvas.ts";
import {
	drawLine,
	fillCircle,
	fillPolygon,
	fillRectangle,
} from "../../src/data/fill-pillow.ts";
import { decodeRuns, fillCocoPolygon, fillRuns } from "../../src/data/rle.ts";
import coco from "./oracle/coco-shapes.json" with { type: "json" };
import pillow from "./oracle/pillow-shapes.json" with { type: "json" };

const [height, width] = pillow.size;
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

test("polygons, lines, circles and rectangles are Pillow's", () => {
	agree(
		pillow.polygons as [Point[], number][],
		([, crc]) => crc,
		(on, [points]) => fillPolygon(on, points, 1),
	);
	agree(
		pillow.lines as [Point[], number][],
		([, crc]) => crc,
		(on, [points]) => drawLine(on, points, 10, 1),
	);
	agree(
		pillow.circles as [Point, number, number][],
		([, , crc]) => crc,
		(on, [centre, radius]) => fillCircle(on, centre, radius, 1),
	);
	agree(
		pillow.rectangles as [[Point, Point], number][],
		([, crc]) => crc,
		(on, [corners]) => fillRectangle(on, corners, 1),
	);
});

test("polygons are COCO's, pixel for pixel", () => {
	agree(
		coco.polygons as [number[], number, number][],
		([, crc]) => crc,
		(on, [xy]) => fillCocoPolygon(on, xy, 1),
	);
});

test("compressed runs are COCO's", () => {
	agree(
		coco.runs as [string, number][],
		([, crc]) => crc,
		(on, [text]) => fillRuns(on, decodeRuns(text, "a.json"), 1, "a.json"),
	);
});
