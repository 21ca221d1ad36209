import { expect, test } from "vitest";
import {
	dice,
	iou,
	meanAccuracy,
	meanIou,
	pixelAccuracy,
	precision,
	recall,
} from "../../src/unet/metrics.ts";

test("95 of 100 pixels right and a class lost: accuracy 0.95, mIoU 0.475", () => {
	// 5 pixels of class 0, 95 of background, everything predicted as background.
	const confusion = [
		[0, 5],
		[0, 95],
	];
	expect(pixelAccuracy(confusion)).toBe(0.95);
	expect(iou(confusion)).toEqual([0, 0.95]);
	expect(meanIou(confusion)).toBe(0.475);
	expect(dice(confusion)).toEqual([0, 190 / 195]);
	expect(precision(confusion)).toEqual([null, 0.95]);
	expect(recall(confusion)).toEqual([0, 1]);
	expect(meanAccuracy(confusion)).toBe(0.5);
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
	expect(dice(confusion)).toEqual([6 / 9, 8 / 12, 10 / 11]);
	expect(precision(confusion)).toEqual([3 / 5, 4 / 6, 1]);
	expect(recall(confusion)).toEqual([3 / 4, 4 / 6, 5 / 6]);
	expect(meanAccuracy(confusion)).toBeCloseTo((3 / 4 + 4 / 6 + 5 / 6) / 3, 15);
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
	expect(dice(invented)).toEqual([8 / 9, 1, 0]);
	expect(precision(invented)).toEqual([1, 1, 0]);
	expect(recall(invented)).toEqual([0.8, 1, null]);
	expect(meanAccuracy(invented)).toBe(0.9);
});

test("no pixel at all has no mean", () => {
	const empty = [
		[0, 0],
		[0, 0],
	];
	expect(meanIou(empty)).toBeNull();
	expect(pixelAccuracy(empty)).toBeNull();
	expect(meanAccuracy(empty)).toBeNull();
	expect(dice(empty)).toEqual([null, null]);
});
