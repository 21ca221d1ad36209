import { expect, test } from "vitest";
import {
	blurBackground,
	replaceBackground,
	withAlpha,
} from "../../src/data/background.ts";

const height = 9;
const width = 31;
/** The left third is foreground and red; the rest is black and white stripes. */
const foreground = Uint8Array.from({ length: height * width }, (_, p) =>
	p % width < 10 ? 255 : 0,
);
const data = new Uint8Array(height * width * 3);
foreground.forEach((f, p) => {
	if (f) data[3 * p] = 255;
	else if (p % 2) data.fill(200, 3 * p, 3 * p + 3);
});
const picture = { height, width, channels: 3, data };

test("blurred: the foreground stays, its colour does not shine into the background", () => {
	const blurred = blurBackground(picture, foreground, 3).data;
	foreground.forEach((f, p) => {
		const [red, green, blue] = blurred.subarray(3 * p, 3 * p + 3);
		if (f) expect([red, green, blue]).toEqual([255, 0, 0]);
		else {
			expect(red).toBe(green);
			expect(green).toBe(blue);
		}
	});
	// Far from all borders the stripes have become their mean.
	const middle = blurred[3 * (4 * width + 21)];
	expect(middle).toBeGreaterThan(90);
	expect(middle).toBeLessThan(110);
});

test("replaced: blended by the foreground's share", () => {
	const half = foreground.map((f) => (f ? 128 : 0));
	const behind = { ...picture, data: new Uint8Array(data.length).fill(100) };
	const result = replaceBackground(picture, half, behind).data;
	expect([...result.subarray(0, 3)]).toEqual([178, 50, 50]);
	expect([...result.subarray(-3)]).toEqual([100, 100, 100]);
});

test("transparent: the foreground's share is the opacity", () => {
	const gray = {
		height: 1,
		width: 2,
		channels: 1,
		data: Uint8Array.from([7, 9]),
	};
	const { channels, data } = withAlpha(gray, Uint8Array.from([0, 200]));
	expect(channels).toBe(4);
	expect([...data]).toEqual([7, 7, 7, 0, 9, 9, 9, 200]);
});
