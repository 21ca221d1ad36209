import fc from "fast-check";
import { expect, test } from "vitest";
import {
	type Preset,
	type PresetName,
	presets,
} from "../../src/app/presets.ts";
import { DataError, UsageError } from "../../src/data/errors.ts";
import {
	classHistogram,
	partOf,
	sourceOf,
} from "../../src/data/labelled-source.ts";
import type { SegmentationSet } from "../../src/data/segmentation-set.ts";
import { type Split, splitIndices } from "../../src/data/split.ts";
import { gather } from "./load-fixture.ts";

const seed = 1;

function sizesOf({ train, val, test }: Split): number[] {
	return [train.length, val.length, test.length];
}

test("the parts of the seeds' data have the seeds' sizes", () => {
	const sizes = (name: PresetName, count: number) => {
		const { split }: Preset = presets[name];
		return sizesOf(splitIndices(count, { ...split, seed }));
	};
	expect(sizes("ochuman", 4731)).toEqual([3311, 1207, 213]);
	expect(sizes("clothing", 1000)).toEqual([800, 200, 0]);
	expect(sizes("pets", 7390)).toEqual([6390, 1000, 0]);
	expect(sizes("m2nist", 5000)).toEqual([4900, 100, 0]);
	const m2nist = splitIndices(5000, { ...presets.m2nist.split, seed });
	expect(m2nist.val[0]).toBe(4900);
});

test("splits every image into exactly one part, the seed deciding which", () => {
	const plan = { val: 0.2, test: 7, seed };
	const { train, val, test } = splitIndices(152, plan);
	// A fifth of 152 is 30.4, rounded up.
	expect(sizesOf({ train, val, test })).toEqual([114, 31, 7]);
	expect([...train, ...val, ...test].sort((a, b) => a - b)).toEqual(
		Array.from({ length: 152 }, (_, i) => i),
	);
	expect(splitIndices(152, plan)).toEqual({ train, val, test });
	expect(splitIndices(152, { ...plan, seed: 2 }).val).not.toEqual(val);
	// The test part is the same whatever else is asked.
	expect(splitIndices(152, { val: 3, test: 7, seed }).test).toEqual(test);
	const folded = splitIndices(152, { fold: [3, 4], test: 7, seed });
	expect(folded.test).toEqual(test);
});

test("shares round as scikit-learn's do: up, and those that do not train together", () => {
	expect(sizesOf(splitIndices(10, { val: 0.25, test: 0.25, seed }))).toEqual([
		...[5, 2, 3],
	]);
	// 0.07 * 100 is 7.000000000000001.
	expect(sizesOf(splitIndices(100, { val: 0.07, seed }))).toEqual([93, 7, 0]);
});

test("parts from head and tail are as they lie", () => {
	const plan = { val: 2, test: 1, seed };
	expect(splitIndices(6, { ...plan, pick: "tail" })).toEqual({
		train: [0, 1, 2],
		val: [3, 4],
		test: [5],
	});
	expect(splitIndices(6, { ...plan, pick: "head" })).toEqual({
		train: [3, 4, 5],
		val: [1, 2],
		test: [0],
	});
});

test("folds cover each image once and differ by at most one", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 2, max: 10 }),
			fc.integer({ min: 10, max: 60 }),
			fc.integer({ min: 0, max: 99 }),
			(of, count, seed) => {
				const folds = Array.from({ length: of }, (_, k) =>
					splitIndices(count, { fold: [k + 1, of], seed }),
				);
				const all = folds.flatMap(({ val }) => val);
				expect(all.sort((a, b) => a - b)).toEqual(
					Array.from({ length: count }, (_, i) => i),
				);
				const lengths = folds.map(({ val }) => val.length);
				expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(2);
				for (const { train, val } of folds) {
					expect(train.length + val.length).toBe(count);
				}
			},
		),
	);
	const ordered = (k: number) =>
		splitIndices(5, { fold: [k, 2], pick: "head", seed }).val;
	// As scikit-learn's KFold(2).
	expect([ordered(1), ordered(2)]).toEqual([
		[0, 1, 2],
		[3, 4],
	]);
});

test("a share leaves at least one image in each part", () => {
	expect(splitIndices(2, { val: 0.01, seed }).val).toHaveLength(1);
	expect(splitIndices(2, { val: 0.99, seed }).train).toHaveLength(1);
});

test("refuses too few images and impossible plans", () => {
	const split = (count: number, plan: object) => () =>
		splitIndices(count, { ...plan, seed });
	expect(split(1, {})).toThrow(DataError);
	expect(split(1, {})).toThrow(/at least 2/);
	expect(split(10, { val: 8, test: 2 })).toThrow(
		/10 images are too few for 8 validation and 2 test images/,
	);
	expect(split(10, { val: 8, test: 200 })).toThrow(DataError);
	expect(split(3, { fold: [4, 4] })).toThrow(/3 images .* 4 folds/);
	for (const amount of [-0.5, 1.5, Number.NaN, -1]) {
		expect(split(10, { val: amount })).toThrow(UsageError);
		expect(split(10, { test: amount })).toThrow(UsageError);
	}
	for (const fold of [
		[0, 2],
		[3, 2],
		[1, 1],
	]) {
		expect(split(10, { fold })).toThrow(UsageError);
	}
	expect(split(10, { fold: [1, 2], val: 3 })).toThrow(/both a fold and/);
});

test("subset copies images, labels and names; histogram counts them", async () => {
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
	const whole = sourceOf(set);
	const part = partOf(whole, [2, 1]);
	expect(await gather(part)).toMatchObject({
		images: Float32Array.from([4, 5, 2, 3]),
		labels: Uint8Array.from([2, 2, 1, 255]),
	});
	expect(part.names).toEqual(["c", "b"]);
	expect(part.count).toBe(2);
	expect(classHistogram(part)).toEqual({ counts: [0, 1, 2], ignored: 1 });
	expect(classHistogram(whole)).toEqual({ counts: [1, 2, 2], ignored: 1 });
	await expect(whole.read(3)).rejects.toThrow(/image 3/);
});
