import { expect, test } from "vitest";
import { iou, meanIou, pixelAccuracy } from "../../src/unet/metrics.ts";

test("95 of 100 pixels right and a class lost: accuracy 0.95, mIoU 0.475", () => {
	// 5 pixels of class 0, 95 of background, everything predicted as background.
	const confusion = [
		[0, 5],
		[0, 95],
	];
	expect(pixelAccuracy(confusion)).toBe(0.95);
	expect(iou(confusion)).toEqual([0, 0.95]);
	expect(meanIou(confusion)).toBe(0.475);
});

test("a hand-counted matrix of three classes", () => {
	const confusion = [
		[3, 1, 0],
		[2, 4, 0],
		[0, 1, 5],
	];
	expect(iou(confusion)).toEqual([3 / 6, 4 / 8, 5 / 6]);
	expect(meanIou(confusion)).toBeCloseTo((0.5 + 0.5 + 5 / 6) / 3, 15);
	expect(pixelAccuracy(confusion)).toBe(12 / 16);
});

test("a class neither true nor predicted is absent, one only predicted counts as 0", () => {
	const absent = [
		[4, 0, 0],
		[0, 6, 0],
		[0, 0, 0],
	];
	expect(iou(absent)).toEqual([1, 1, null]);
	expect(meanIou(absent)).toBe(1);
	const invented = [
		[4, 0, 1],
		[0, 5, 0],
		[0, 0, 0],
	];
	expect(iou(invented)).toEqual([0.8, 1, 0]);
	expect(meanIou(invented)).toBeCloseTo(0.6, 15);
});

test("no pixel at all has no mean", () => {
	const empty = [
		[0, 0],
		[0, 0],
	];
	expect(meanIou(empty)).toBeNull();
	expect(pixelAccuracy(empty)).toBeNull();
});
