import { expect, test } from "vitest";
import { DataError, UsageError } from "../../src/data/errors.ts";
import { imagesOfClass, sourceOf } from "../../src/data/labelled-source.ts";
import {
	createSampler,
	SAMPLINGS,
	type SamplerState,
} from "../../src/data/sampler.ts";
import type { SegmentationSet } from "../../src/data/segmentation-set.ts";

const lists = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [3], [], [4, 5]];

test("an epoch draws without replacement, the next one in another order", () => {
	const sampler = createSampler({ count: 11, batchSize: 3, seed: 5 });
	expect(sampler.stepsPerEpoch).toBe(3);
	const epochs: number[][] = [[], []];
	for (let i = 0; i < 6; i++) {
		const drawn = sampler.next();
		expect(drawn).toHaveLength(3);
		for (const { index, epoch, repeat } of drawn) {
			expect(epoch).toBe(Math.floor(i / 3));
			expect(repeat).toBe(0);
			epochs[epoch].push(index);
		}
	}
	for (const drawn of epochs) {
		expect(new Set(drawn).size).toBe(9);
		expect(Math.max(...drawn)).toBeLessThan(11);
	}
	expect(epochs[0]).not.toEqual(epochs[1]);
	const other = createSampler({ count: 11, batchSize: 3, seed: 6 });
	const first = Array.from({ length: 3 }, other.next).flat();
	expect(first.map(({ index }) => index)).not.toEqual(epochs[0]);
});

test("an epoch needs none before it: its order is that of seed and epoch alone", () => {
	const options = { count: 9, batchSize: 3, seed: 2 };
	const whole = createSampler(options);
	for (let i = 0; i < 6; i++) whole.next();
	const state = { ...createSampler(options).state(), epoch: 2 };
	expect(createSampler(options, state).next()).toEqual(whole.next());
});

test.each(SAMPLINGS)(
	"%s: a resumed sampler goes on exactly, in the middle of an epoch and across JSON",
	(sampling) => {
		const options = {
			...{ count: 10, batchSize: 3, seed: 9, sampling },
			imagesOfClass: lists,
		};
		for (const before of [0, 1, 2, 3, 4, 7]) {
			const sampler = createSampler(options);
			for (let i = 0; i < before; i++) sampler.next();
			const saved = JSON.parse(JSON.stringify(sampler.state())) as SamplerState;
			const resumed = createSampler(options, saved);
			expect(resumed.state()).toEqual(saved);
			for (let i = 0; i < 8; i++)
				expect(resumed.next()).toEqual(sampler.next());
		}
	},
);

test("with replacement every image is equally likely and repeats are numbered", () => {
	const sampler = createSampler({
		...{ count: 5, batchSize: 5, seed: 1, sampling: "replacement" },
	});
	const counts = new Array<number>(5).fill(0);
	for (let epoch = 0; epoch < 2000; epoch++) {
		const repeats = new Map<number, number>();
		for (const { index, repeat } of sampler.next()) {
			expect(repeat).toBe(repeats.get(index) ?? 0);
			repeats.set(index, repeat + 1);
			counts[index]++;
		}
	}
	// Five standard deviations around 2,000.
	for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test("balanced: every class that is shown is equally likely", () => {
	const sampler = createSampler({
		...{ count: 10, batchSize: 10, seed: 1, sampling: "balanced" },
		imagesOfClass: lists,
	});
	const counts = new Array<number>(10).fill(0);
	for (let i = 0; i < 900; i++) {
		for (const { index } of sampler.next()) counts[index]++;
	}
	// A third of 9,000 each for class 1 (image 3) and class 3 (4 or 5), a tenth
	// of the third that class 0 gets on top.
	expect(Math.abs(counts[3] - 3300)).toBeLessThan(250);
	expect(Math.abs(counts[4] - 1800)).toBeLessThan(200);
	expect(Math.abs(counts[0] - 300)).toBeLessThan(90);
	expect(() =>
		createSampler({
			...{ count: 2, batchSize: 1, seed: 1, sampling: "balanced" },
			imagesOfClass: [[], []],
		}),
	).toThrow(/no training image shows a class/);
});

test("imagesOfClass lists the images that show a class; ignored pixels show none", () => {
	const set = { ...{ count: 3, height: 1, width: 2, classes: 4 } };
	const labels = Uint8Array.of(0, 1, 255, 1, 3, 3);
	expect(
		imagesOfClass(sourceOf({ ...set, labels } as SegmentationSet)),
	).toEqual([[0], [0, 1], [], [2]]);
});

test("refuses a batch that does not fit, a damaged state and that of another training", () => {
	const at = (batchSize: number) => ({ count: 10, batchSize, seed: 1 });
	for (const size of [0, -1, 1.5, 11, Number.NaN]) {
		expect(() => createSampler(at(size))).toThrow(UsageError);
	}
	expect(() => createSampler(at(0))).toThrow(/batch size 0.*1 to 10/);
	const state = createSampler(at(3)).state();
	for (const damage of [
		{ position: 4 },
		{ position: -1 },
		{ epoch: 0.5 },
		{ seed: 2 },
		{ count: 11 },
		{ sampling: "balanced" },
		{ batchSize: 2 },
	]) {
		expect(() => createSampler(at(3), { ...state, ...damage })).toThrow(
			DataError,
		);
	}
	expect(() => createSampler(at(3), { ...state, batchSize: 2 })).toThrow(
		/had batchSize 2, not 3; resume with/,
	);
});
