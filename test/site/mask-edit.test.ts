import { expect, test } from "vitest";
import { fill, type Mask, stroke } from "../../src/app/site/mask-edit.ts";

const empty = (width: number, height: number): Mask => ({
	width,
	height,
	ids: new Uint8Array(width * height),
});
const rows = ({ width, ids }: Mask) =>
	Array.from({ length: ids.length / width }, (_, y) =>
		ids.subarray(y * width, (y + 1) * width).join(""),
	);

test("a dot is the pixels whose centres are near", () => {
	const mask = empty(7, 5);
	stroke(mask, { x: 3.5, y: 2.5 }, { x: 3.5, y: 2.5 }, 1, 2);
	expect(rows(mask)).toEqual([
		"0000000",
		"0002000",
		"0022200",
		"0002000",
		"0000000",
	]);
});

test("a stroke has no gaps, round ends, and stays in the picture", () => {
	const mask = empty(8, 3);
	stroke(mask, { x: -2, y: 1.5 }, { x: 5.5, y: 1.5 }, 1, 1);
	expect(rows(mask)).toEqual(["11111100", "11111110", "11111100"]);
	const outside = empty(4, 4);
	stroke(outside, { x: -9, y: -9 }, { x: -5, y: 20 }, 2, 1);
	expect(outside.ids.some((id) => id)).toBe(false);
});

test("the thinnest brush paints the pixel it is on", () => {
	const mask = empty(3, 3);
	stroke(mask, { x: 1.05, y: 1.05 }, { x: 1.05, y: 1.05 }, 0.5, 1);
	expect(mask.ids[4]).toBe(1);
});

test("a fill stops where another class is, and does not go round corners or edges", () => {
	const mask = empty(5, 4);
	mask.ids.set([0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
	fill(mask, { x: 0.5, y: 0.5 }, 3);
	expect(rows(mask)).toEqual(["33100", "33100", "11000", "00000"]);
	fill(mask, { x: 0, y: 0 }, 3);
	fill(mask, { x: 4.9, y: 0.1 }, 4);
	expect(rows(mask)).toEqual(["33144", "33144", "11444", "44444"]);
	fill(mask, { x: 9, y: 0 }, 5);
	expect(mask.ids.includes(5)).toBe(false);
});
