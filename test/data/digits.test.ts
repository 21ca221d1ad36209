import { expect, test } from "vitest";
import { DIGITS_BACKGROUND, makeDigits } from "../../src/data/digits.ts";
import { UsageError } from "../../src/data/errors.ts";
import { classHistogram } from "../../src/data/segmentation-set.ts";

const { train, val } = await makeDigits({ train: 2000, val: 400, seed: 1 });

test("has M2NIST's form", () => {
	expect(train).toMatchObject({
		count: 2000,
		height: 64,
		width: 84,
		channels: 1,
		classes: 11,
	});
	expect(train.images).toHaveLength(2000 * 64 * 84);
	expect(train.names).toHaveLength(2000);
	expect(val.count).toBe(400);
});

test("a pixel is a digit's exactly where it is above 0", () => {
	for (let i = 0; i < train.labels.length; i++) {
		if (train.images[i] > 0 !== train.labels[i] < DIGITS_BACKGROUND) {
			expect.fail(`pixel ${i}: ${train.images[i]}, label ${train.labels[i]}`);
		}
	}
});

test("all digits occur about equally, background covers 90 to 97 %", () => {
	const { counts, ignored } = classHistogram(train);
	expect(ignored).toBe(0);
	const share = counts[10] / train.labels.length;
	expect(share).toBeGreaterThan(0.9);
	expect(share).toBeLessThan(0.97);
	const digitPixels = counts.slice(0, 10);
	expect(Math.min(...digitPixels)).toBeGreaterThan(
		Math.max(...digitPixels) / 5,
	);
});

/** The digits of each canvas as text, cropped to their ink. Canvases where two digits share a label are left out. */
function sourceDigits(set: typeof train): string[] {
	const found: string[] = [];
	const size = set.height * set.width;
	for (let n = 0; n < set.count; n++) {
		const boxes = new Map<number, number[]>();
		for (let at = 0; at < size; at++) {
			const label = set.labels[n * size + at];
			if (label === DIGITS_BACKGROUND) continue;
			const y = Math.floor(at / set.width);
			const x = at % set.width;
			const box = boxes.get(label) ?? [y, y, x, x];
			boxes.set(label, [
				Math.min(box[0], y),
				Math.max(box[1], y),
				Math.min(box[2], x),
				Math.max(box[3], x),
			]);
		}
		for (const [label, [top, bottom, left, right]] of boxes) {
			if (bottom - top >= 28 || right - left >= 28) continue;
			const ink: number[] = [label, right - left];
			for (let y = top; y <= bottom; y++) {
				for (let x = left; x <= right; x++) {
					ink.push(set.images[n * size + y * set.width + x]);
				}
			}
			found.push(ink.join());
		}
	}
	return found;
}

test("training and validation share no source digit", () => {
	const trained = sourceDigits(train);
	// About 2 digits per canvas: enough to compare, and repeats inside training are seen.
	expect(trained.length).toBeGreaterThan(3000);
	expect(new Set(trained).size).toBeLessThan(trained.length);
	const known = new Set(trained);
	expect(sourceDigits(val).filter((ink) => known.has(ink))).toEqual([]);
});

test("the seed decides the sets", { timeout: 30_000 }, async () => {
	const same = await makeDigits({ train: 3, val: 1, seed: 1 });
	expect(same.train.images).toEqual(train.images.subarray(0, 3 * 64 * 84));
	const other = await makeDigits({ train: 3, val: 1, seed: 2 });
	expect(other.train.images).not.toEqual(same.train.images);
});

test("refuses a set without images", async () => {
	await expect(makeDigits({ train: 0, val: 1, seed: 1 })).rejects.toThrow(
		UsageError,
	);
});
