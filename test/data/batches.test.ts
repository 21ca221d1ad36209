import { expect, test } from "vitest";
import {
	batch,
	createSampler,
	restoreSampler,
	type SamplerState,
} from "../../src/data/batches.ts";
import { DataError, UsageError } from "../../src/data/errors.ts";
import { createRandom } from "../../src/data/random.ts";
import type { SegmentationSet } from "../../src/data/segmentation-set.ts";

/** Three 2x3 RGB images whose pixels and labels all differ. */
function smallSet(): SegmentationSet {
	return {
		images: Uint8Array.from({ length: 3 * 2 * 3 * 3 }, (_, i) => i),
		labels: Uint8Array.from({ length: 3 * 2 * 3 }, (_, i) => 100 + i),
		count: 3,
		height: 2,
		width: 3,
		channels: 3,
		classes: 120,
		scale: 0.5,
		names: ["a", "b", "c"],
	};
}

test("an epoch draws without replacement, the next one in another order", () => {
	const sampler = createSampler(11, 3, 5);
	expect(sampler.stepsPerEpoch).toBe(3);
	const epochs: number[][] = [[], []];
	for (let i = 0; i < 6; i++) {
		const drawn = sampler.next();
		expect(drawn.indices).toHaveLength(3);
		expect(drawn.step).toBe(i % 3);
		epochs[drawn.epoch].push(...drawn.indices);
	}
	for (const drawn of epochs) {
		expect(new Set(drawn).size).toBe(9);
		expect(Math.max(...drawn)).toBeLessThan(11);
	}
	expect(epochs[0]).not.toEqual(epochs[1]);
});

test("a restored sampler goes on exactly, also across epochs and JSON", () => {
	for (const before of [0, 1, 3, 4, 7]) {
		const sampler = createSampler(10, 3, 9);
		for (let i = 0; i < before; i++) sampler.next();
		sampler.random.next();
		const saved = JSON.parse(JSON.stringify(sampler.state())) as SamplerState;
		const restored = restoreSampler(saved);
		for (let i = 0; i < 8; i++) {
			expect(restored.next()).toEqual(sampler.next());
			expect(restored.random.next()).toBe(sampler.random.next());
		}
	}
});

test("refuses a batch that does not fit and a damaged state", () => {
	for (const size of [0, -1, 1.5, 11, Number.NaN]) {
		expect(() => createSampler(10, size, 1)).toThrow(UsageError);
	}
	expect(() => createSampler(10, 0, 1)).toThrow(/batch size 0.*1 to 10/);
	const state = createSampler(10, 3, 1).state();
	for (const damage of [
		{ position: 4 },
		{ random: [1, 2, 3] },
		{ orderRandom: [1, 2, 3, -1] },
		{ batchSize: 0 },
	]) {
		expect(() => restoreSampler({ ...state, ...damage })).toThrow(DataError);
	}
});

test("a batch is the raw pixels times the scale, in the order asked", () => {
	const { x, labels } = batch(smallSet(), [2, 0]);
	expect(x).toHaveLength(2 * 18);
	expect([...x.subarray(0, 3)]).toEqual([18, 18.5, 19]);
	expect([...x.subarray(18, 21)]).toEqual([0, 0.5, 1]);
	expect([...labels]).toEqual([
		112, 113, 114, 115, 116, 117, 100, 101, 102, 103, 104, 105,
	]);
	expect(() => batch(smallSet(), [3])).toThrow(/image 3 .*3 images/);
});

test("flipping mirrors image and labels together, half of the time", () => {
	const set = smallSet();
	const random = createRandom(4);
	let flipped = 0;
	for (let i = 0; i < 400; i++) {
		const { x, labels } = batch(set, [1], { flip: random });
		const mirrored = labels[0] === 108;
		if (mirrored) flipped++;
		expect([...labels]).toEqual(
			mirrored
				? [108, 107, 106, 111, 110, 109]
				: [106, 107, 108, 109, 110, 111],
		);
		// The pixel under label 106 starts with raw value 18, wherever it is now.
		const at = labels.indexOf(106) * 3;
		expect([...x.subarray(at, at + 3)]).toEqual([9, 9.5, 10]);
	}
	expect(Math.abs(flipped - 200)).toBeLessThan(50);
});
