import { expect, test } from "vitest";
import { DataError, UsageError } from "../../src/data/errors.ts";
import {
	classHistogram,
	type SegmentationSet,
	subset,
} from "../../src/data/segmentation-set.ts";
import { splitIndices } from "../../src/data/split.ts";

test("splits every image into exactly one part, by the share asked", () => {
	const { train, val } = splitIndices(152, 0.2, 1);
	expect(val).toHaveLength(30);
	expect([...train, ...val].sort((a, b) => a - b)).toEqual(
		Array.from({ length: 152 }, (_, i) => i),
	);
	expect(splitIndices(152, 0.2, 1)).toEqual({ train, val });
	expect(splitIndices(152, 0.2, 2).val).not.toEqual(val);
});

test("both parts get at least one image", () => {
	expect(splitIndices(2, 0.01, 1).val).toHaveLength(1);
	expect(splitIndices(2, 0.99, 1).train).toHaveLength(1);
});

test("refuses too few images and a share outside 0 to 1", () => {
	expect(() => splitIndices(1, 0.2, 1)).toThrow(DataError);
	expect(() => splitIndices(1, 0.2, 1)).toThrow(/at least 2/);
	for (const share of [0, 1, -0.5, Number.NaN]) {
		expect(() => splitIndices(10, share, 1)).toThrow(UsageError);
	}
});

test("subset copies images, labels and names; histogram counts them", () => {
	const set: SegmentationSet = {
		images: Float32Array.from([0, 1, 2, 3, 4, 5]),
		labels: Uint8Array.from([0, 1, 1, 255, 2, 2]),
		count: 3,
		height: 1,
		width: 2,
		channels: 1,
		classes: 3,
		scale: 1,
		names: ["a", "b", "c"],
	};
	const part = subset(set, [2, 1]);
	expect(part.images).toEqual(Float32Array.from([4, 5, 2, 3]));
	expect(part.labels).toEqual(Uint8Array.from([2, 2, 1, 255]));
	expect(part.names).toEqual(["c", "b"]);
	expect(part.count).toBe(2);
	expect(classHistogram(part)).toEqual({ counts: [0, 1, 2], ignored: 1 });
	expect(classHistogram(set)).toEqual({ counts: [1, 2, 2], ignored: 1 });
	expect(() => subset(set, [3])).toThrow(/image 3/);
});
