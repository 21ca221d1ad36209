import { expect, test } from "vitest";
import { DIGITS_BACKGROUND } from "../../src/data/compose-digits.ts";
import { UsageError } from "../../src/data/errors.ts";
import { classHistogram, sourceOf } from "../../src/data/labelled-source.ts";
import { digitSets } from "../digits.ts";

const { train, val } = await digitSets({ train: 2000, val: 400, seed: 1 });

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
	const { counts, ignored } = classHistogram(sourceOf(train));
	expect(ignored).toBe(0);
	const share = counts[10] / train.labels.length;
	expect(share).toBeGreaterThan(0.9);
	expect(share).toBeLessThan(0.97);
	const digitPixels = counts.slice(0, 10);
	expect(Math.min(...digitPixels)).toBeGreaterThan(
		Math.max(...digitPixels) / 5,
	);
});

interface Ink {
	readonly canvas: number;
	readonly label: number;
	top: number;
	bottom: number;
	left: number;
	right: number;
}

/** Where each label's ink is on each canvas; two digits of one label count as one. */
function inkOf(set: typeof train): Ink[] {
	const found = new Map<number, Ink>();
	const size = set.height * set.width;
	for (let i = 0; i < set.labels.length; i++) {
		const label = set.labels[i];
		if (label === DIGITS_BACKGROUND) continue;
		const canvas = Math.floor(i / size);
		const y = Math.floor((i % size) / set.width);
		const x = i % set.width;
		const ink = found.get(canvas * 10 + label) ?? {
			...{ canvas, label },
			...{ top: y, bottom: y, left: x, right: x },
		};
		ink.bottom = y;
		ink.left = Math.min(ink.left, x);
		ink.right = Math.max(ink.right, x);
		found.set(canvas * 10 + label, ink);
	}
	return [...found.values()];
}

/** Ink no larger than an MNIST box, so that it is one digit. */
function singleDigits(set: typeof train): Ink[] {
	return inkOf(set).filter(
		({ top, bottom, left, right }) => bottom - top < 28 && right - left < 28,
	);
}

/** The digits of each canvas as text, cropped to their ink. */
function sourceDigits(set: typeof train): string[] {
	const size = set.height * set.width;
	return singleDigits(set).map(({ canvas, label, ...box }) => {
		const values: number[] = [label, box.right - box.left];
		for (let y = box.top; y <= box.bottom; y++) {
			const row = canvas * size + y * set.width;
			values.push(...set.images.subarray(row + box.left, row + box.right + 1));
		}
		return values.join();
	});
}

test("digits do not overlap, and there are one to three", () => {
	const perCanvas = new Map<number, Ink[]>();
	for (const ink of singleDigits(train)) {
		const others = perCanvas.get(ink.canvas) ?? [];
		for (const other of others) {
			const apart =
				ink.top > other.bottom ||
				other.top > ink.bottom ||
				ink.left > other.right ||
				other.left > ink.right;
			expect(apart, `canvas ${ink.canvas}`).toBe(true);
		}
		perCanvas.set(ink.canvas, [...others, ink]);
	}
	const numbers = new Set([...perCanvas.values()].map((inks) => inks.length));
	expect([...numbers].sort()).toEqual([1, 2, 3]);
});

test("training and validation share no source digit", () => {
	const trained = sourceDigits(train);
	// About 2 digits per canvas: enough to compare, and repeats inside training are seen.
	expect(trained.length).toBeGreaterThan(3000);
	expect(new Set(trained).size).toBeLessThan(trained.length);
	const known = new Set(trained);
	expect(sourceDigits(val).filter((ink) => known.has(ink))).toEqual([]);
});

test("the seed decides the sets", async () => {
	const same = await digitSets({ train: 3, val: 1, seed: 1 });
	expect(same.train.images).toEqual(train.images.subarray(0, 3 * 64 * 84));
	const other = await digitSets({ train: 3, val: 1, seed: 2 });
	expect(other.train.images).not.toEqual(same.train.images);
});

test("refuses a set without images", async () => {
	await expect(digitSets({ train: 0, val: 1, seed: 1 })).rejects.toThrow(
		UsageError,
	);
});
