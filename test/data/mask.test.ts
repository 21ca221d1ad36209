import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import { histogram } from "../../src/data/histogram.ts";
import { checkClasses, remap } from "../../src/data/mask.ts";

test("counts values, in runs or not", () => {
	const counts = histogram([3, 3, 3, 0, 3, -1, -1]);
	expect(counts).toEqual(
		new Map([
			[3, 4],
			[0, 1],
			[-1, 2],
		]),
	);
	expect(histogram(new Uint8Array(0)).size).toBe(0);
});

test("values outside the classes are listed with counts and the way out", () => {
	const counts = new Map([
		[0, 5000],
		[255, 1204],
	]);
	const check = () => checkClasses(counts, { classes: 3 }, "masks/a.png");
	expect(check).toThrow(DataError);
	expect(check).toThrow(
		"masks/a.png: value 255 at 1,204 pixels is outside the 3 classes; use --map 255=1 or --ignore 255",
	);
	const many = new Map([
		[4, 1],
		[3, 2],
		[0, 9],
	]);
	expect(() => checkClasses(many, { classes: 3 }, "a.png")).toThrow(
		/value 3 at 2 pixels, 4 at 1 pixels are outside.*--map 3=1 or --ignore 3 or --classes 5/,
	);
	expect(() => checkClasses(counts, {}, "a.png")).toThrow(
		/value 255 .* no class number \(0 to 254\)/,
	);
	expect(() => checkClasses(counts, { classes: 3 }, "a.jpg", true)).toThrow(
		/JPEG smears class numbers/,
	);
	for (const value of [-1, 300, 0.5, Number.NaN]) {
		expect(() => checkClasses(new Map([[value, 1]]), {}, "a")).toThrow(
			`--ignore ${value}`,
		);
	}
});

test("mapped and ignored values pass, and what they map to must be a class", () => {
	const counts = histogram([0, 128, 255, 7]);
	const options = { classes: 2, map: { 128: 1 }, ignore: [255, 7] };
	checkClasses(counts, options, "a.png");
	expect([...remap([0, 128, 255, 255, 7, 0], options)]).toEqual([
		0, 1, 255, 255, 255, 0,
	]);
	expect(() =>
		checkClasses(counts, { ...options, map: { 128: 2 } }, "a"),
	).toThrow(/value 128/);
	// Swapping two classes maps each value once.
	expect([...remap([0, 1, 1, 0], { map: { 0: 1, 1: 0 } })]).toEqual([
		1, 0, 0, 1,
	]);
	expect([...remap([-1, 2], { ignore: [-1] })]).toEqual([255, 2]);
});
