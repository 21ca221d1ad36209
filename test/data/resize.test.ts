import { expect, test } from "vitest";
import {
	resizeImage,
	resizeNearest,
	resizeScores,
} from "../../src/data/resize.ts";

// Expected values: Pillow 9.4, Image.resize with BILINEAR and NEAREST.
const TALL = {
	height: 3,
	width: 5,
	channels: 1,
	data: Uint8Array.of(
		...[10, 20, 40, 80, 160],
		...[250, 3, 77, 9, 120],
		...[0, 255, 0, 255, 31],
	),
};
const RESIZED: [height: number, width: number, values: number[][]][] = [
	[
		2,
		3,
		[
			[63, 44, 106],
			[122, 88, 106],
		],
	],
	[
		7,
		8,
		[
			[10, 14, 21, 34, 53, 78, 125, 160],
			[44, 32, 19, 37, 53, 69, 117, 154],
			[147, 87, 14, 45, 55, 41, 94, 137],
			[250, 142, 8, 54, 56, 13, 71, 120],
			[143, 129, 107, 65, 66, 110, 96, 82],
			[36, 116, 206, 76, 77, 207, 121, 44],
			[0, 112, 239, 80, 80, 239, 129, 31],
		],
	],
	[
		5,
		2,
		[
			[24, 94],
			[54, 80],
			[99, 59],
			[109, 99],
			[116, 126],
		],
	],
];

test("images grow and shrink as Pillow does it, within its rounding", () => {
	for (const [height, width, values] of RESIZED) {
		const { data } = resizeImage(TALL, { height, width });
		for (const [i, wanted] of values.flat().entries()) {
			// Pillow rounds between the two passes, this code only at the end.
			expect(
				Math.abs(data[i] - wanted),
				`${height}x${width}, ${i}`,
			).toBeLessThan(1.5);
		}
	}
	expect(resizeImage(TALL, TALL)).toBe(TALL);
});

test("scores are resized as floats, channel by channel", () => {
	const scores = [1.5, -2, 3, 8, 0, 1, 2, 10, 5, 5, -5, 1];
	const from = { height: 3, width: 4 };
	const small = resizeScores(scores, from, 1, { height: 2, width: 2 });
	const wantedSmall = [0.40179, 4.75, 2.5, 1.35714];
	for (const [i, v] of wantedSmall.entries())
		expect(small[i]).toBeCloseTo(v, 4);
	const large = resizeScores(scores, from, 1, { height: 5, width: 6 });
	const wantedLarge = [
		1.5, -0.25, -1.16667, 2.16667, 5.5, 8, 0.9, 0.05, -0.23333, 2.03333, 5.7,
		8.8, 0, 0.5, 1.16667, 1.83333, 6, 10, 3, 3.2, 2.46667, -1.26667, 1.2, 4.6,
		5, 5, 3.33333, -3.33333, -2, 1,
	];
	for (const [i, v] of wantedLarge.entries())
		expect(large[i]).toBeCloseTo(v, 4);
	const doubled = resizeScores(
		scores.flatMap((v) => [v, -v]),
		from,
		2,
		{ height: 5, width: 6 },
	);
	for (const [i, v] of large.entries()) {
		expect(doubled[2 * i]).toBe(v);
		expect(doubled[2 * i + 1] + v).toBe(0);
	}
});

test("class numbers take the nearest pixel, and none is invented", () => {
	const ids = Uint8Array.from({ length: 35 }, (_, i) => i);
	const from = { height: 5, width: 7 };
	const small = resizeNearest(ids, from, { height: 2, width: 3 });
	expect([...small]).toEqual([8, 10, 12, 22, 24, 26]);
	const columns = [0, 1, 1, 2, 3, 3, 4, 5, 5, 6];
	const rows = [0, 0, 7, 7, 14, 21, 21, 28, 28];
	const large = resizeNearest(ids, from, { height: 9, width: 10 });
	expect([...large]).toEqual(rows.flatMap((r) => columns.map((c) => r + c)));
});
