import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presets } from "../../src/app/presets.ts";
import {
	type AugmentConfig,
	augment,
	type Pixels,
} from "../../src/data/augment.ts";
import {
	bicubic,
	elastic,
	type Places,
	warp,
} from "../../src/data/augment-warp.ts";
import {
	AUGMENTATIONS,
	type AugmentationName,
} from "../../src/data/augmentations.ts";
import { createRandom, randomFor } from "../../src/data/random.ts";
import { IGNORE } from "../../src/data/segmentation-set.ts";

interface Image {
	height: number;
	width: number;
	x: number[];
	labels: number[];
}

interface Oracle {
	images: (Image & {
		cases: {
			name: AugmentationName;
			value: number;
			x: number[];
			labels: number[];
		}[];
	})[];
	bicubic: { nodes: number[]; places: [number, number, number][] };
}

/** Made by oracle/make.py, which says from what. */
const oracle: Oracle = JSON.parse(
	readFileSync("test/data/oracle/augment.json", "utf8"),
);

function pixelsOf(
	{ height, width, x, labels }: Image = oracle.images[0],
): Pixels {
	return {
		...{ height, width, channels: 3 },
		x: Float32Array.from(x),
		labels: Uint8Array.from(labels),
	};
}

/** A copy, changed by one augmentation of exactly this strength. */
function changed(
	pixels: Pixels,
	name: AugmentationName,
	value: number,
	{ seed = 0, outside = IGNORE } = {},
): Pixels {
	const copy = copyOf(pixels);
	const step = { name, probability: 1, range: [value, value] as const };
	const config: AugmentConfig = { steps: [step], choose: "each", outside };
	augment(copy, config, createRandom(seed));
	return copy;
}

function copyOf(pixels: Pixels): Pixels {
	return { ...pixels, x: pixels.x.slice(), labels: pixels.labels.slice() };
}

describe("against definitions", () => {
	const cases = oracle.images.flatMap((image) =>
		image.cases.map((each) => ({ image, ...each })),
	);
	test.each(cases)(
		"$name $value of $image.height x $image.width",
		({ image, name, value, x, labels }) => {
			const after = changed(pixelsOf(image), name, value);
			expect([...after.labels]).toEqual(labels);
			for (const [i, v] of x.entries()) {
				if (Math.abs(after.x[i] - v) > 2e-6) {
					expect.fail(`value ${i} is ${after.x[i]}, not ${v}`);
				}
			}
		},
	);

	// Printed in the documentation of tf.image.adjust_* (TensorFlow 2) for the 2x2
	// image of 1, 2, ..., 12; beyond 0 to 1, so that clipping would be seen.
	test.each<[AugmentationName, number, number[]]>([
		[
			...(["brightness", 0.1] as const),
			[1.1, 2.1, 3.1, 4.1, 5.1, 6.1, 7.1, 8.1, 9.1, 10.1, 11.1, 12.1],
		],
		[
			...(["gamma", 0.2] as const),
			[
				...[1, 1.1486983, 1.2457309, 1.319508, 1.3797297, 1.4309691],
				...[1.4757731, 1.5157166, 1.5518456, 1.5848932, 1.6153942, 1.6437519],
			],
		],
		[
			...(["hue", 0.2] as const),
			[2.3999996, 1, 3, 5.3999996, 4, 6, 8.4, 7, 9, 11.4, 10, 12],
		],
		[
			...(["contrast", 2] as const),
			[-3.5, -2.5, -1.5, 2.5, 3.5, 4.5, 8.5, 9.5, 10.5, 14.5, 15.5, 16.5],
		],
		[
			...(["saturation", 0.5] as const),
			[2, 2.5, 3, 5, 5.5, 6, 8, 8.5, 9, 11, 11.5, 12],
		],
	])("%s %d gives what TensorFlow prints", (name, value, printed) => {
		const pixels: Pixels = {
			...{ height: 2, width: 2, channels: 3 },
			x: Float32Array.from({ length: 12 }, (_, i) => i + 1),
			labels: Uint8Array.of(0, 1, 2, 3),
		};
		const { x } = changed(pixels, name, value);
		for (const [i, v] of printed.entries()) {
			expect(Math.abs(x[i] - v) / Math.abs(v)).toBeLessThan(3e-7);
		}
	});

	test("the elastic grid is interpolated with Keys's kernel", () => {
		const { nodes, places } = oracle.bicubic;
		for (const [u, v, value] of places) {
			const values = [0, 0];
			bicubic([nodes, nodes.map((n) => -2 * n)], u, v, values);
			expect(values[0]).toBeCloseTo(value, 10);
			expect(values[1]).toBeCloseTo(-2 * value, 10);
		}
	});

	test("an elastic deformation of no strength is nothing, one of some is smooth and as strong as asked", () => {
		const pixels = pixelsOf();
		expect(changed(pixels, "elastic", 0)).toEqual(pixels);
		expect(changed(pixels, "elastic", 0.2)).not.toEqual(pixels);
		// The nodes lie at corners, edges and middle: there the shift is a normal draw.
		const [height, width, deviation] = [5, 7, 3];
		let sum = 0;
		const rounds = 500;
		for (let n = 0; n < rounds; n++) {
			const x = Float64Array.of(0, 3, 6);
			const y = Float64Array.of(0, 2, 4);
			elastic(deviation, randomFor(n))({ x, y, height, width });
			for (let i = 0; i < 3; i++) {
				sum += (x[i] - 3 * i) ** 2 + (y[i] - 2 * i) ** 2;
			}
		}
		const variance = sum / (6 * rounds);
		expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(0.15);
	});

	test("noise has the mean and deviation asked for and leaves the labels", () => {
		const size = 128;
		const pixels = {
			...{ height: size, width: size, channels: 1 },
			x: new Float32Array(size * size).fill(0.5),
			labels: new Uint8Array(size * size).fill(3),
		};
		const { x, labels } = changed(pixels, "noise", 0.1);
		const n = x.length;
		const mean = x.reduce((a, b) => a + b, 0) / n;
		const deviation = Math.sqrt(
			x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n,
		);
		// Five standard errors.
		expect(Math.abs(mean - 0.5)).toBeLessThan((5 * 0.1) / Math.sqrt(n));
		expect(Math.abs(deviation - 0.1)).toBeLessThan(
			(5 * 0.1) / Math.sqrt(2 * n),
		);
		expect(labels).toEqual(pixels.labels);
	});

	test("cutout blanks one square: 0 in the image, ignored in the labels", () => {
		for (let seed = 0; seed < 50; seed++) {
			const pixels = pixelsOf(oracle.images[1]);
			pixels.x.fill(1);
			const { x, labels } = changed(pixels, "cutout", 0.5, { seed });
			const out = [...labels.keys()].filter((i) => labels[i] === IGNORE);
			const rows = out.map((i) => Math.floor(i / 7));
			const columns = out.map((i) => i % 7);
			const extent = (of: number[]) => Math.max(...of) - Math.min(...of) + 1;
			expect(out.length).toBe(extent(rows) * extent(columns));
			// A side is 4 (of 7, half), less where the square hangs over the border.
			expect(extent(rows)).toBeLessThan(5);
			expect(out.length).toBeGreaterThan(3);
			for (let i = 0; i < 49; i++) {
				const blank = labels[i] === IGNORE;
				if (!blank) expect(labels[i]).toBe(pixels.labels[i]);
				expect(x[3 * i + 1]).toBe(blank ? 0 : 1);
			}
		}
	});
});

const names = Object.keys(AUGMENTATIONS) as AugmentationName[];
const GEOMETRIC: readonly AugmentationName[] = [
	...(["flip-left-right", "flip-up-down", "rot90", "central-crop"] as const),
	...(["scale", "rotation", "elastic", "cutout"] as const),
];

/** Square pixels with random labels of few classes. */
const square = fc
	.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 1e6 }))
	.map(([side, seed]): Pixels => {
		const random = createRandom(seed);
		const classes = 1 + random.below(6);
		const label = () => [2, 3, 5, 7, 11, IGNORE][random.below(classes)];
		return {
			...{ height: side, width: side, channels: 3 },
			x: Float32Array.from(
				{ length: side * side * 3 },
				() => random.next() / 2 ** 32,
			),
			labels: Uint8Array.from({ length: side * side }, label),
		};
	});

/** A strength within what the kind allows. */
function strengthOf(name: AugmentationName, share: number): number {
	const { strength } = AUGMENTATIONS[name];
	if (!strength) return 0;
	const value = strength.least + share * (strength.most - strength.least);
	return strength.whole ? Math.round(value) : value;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const seeds = fc.integer({ min: 0, max: 1e6 });

describe("properties", () => {
	test.each(["flip-left-right", "flip-up-down"] as const)(
		"%s twice is nothing",
		(name) =>
			fc.assert(
				fc.property(square, (pixels) => {
					const once = changed(pixels, name, 0);
					expect(changed(once, name, 0)).toEqual(pixels);
				}),
			),
	);

	test("rot90 four times is nothing, two is both flips, and k turns are k times one", () => {
		fc.assert(
			fc.property(square, (pixels) => {
				const one = changed(pixels, "rot90", 1);
				const two = changed(one, "rot90", 1);
				const three = changed(two, "rot90", 1);
				expect(changed(three, "rot90", 1)).toEqual(pixels);
				expect(changed(pixels, "rot90", 2)).toEqual(two);
				expect(changed(pixels, "rot90", 3)).toEqual(three);
				const flipped = changed(pixels, "flip-up-down", 0);
				expect(changed(flipped, "flip-left-right", 0)).toEqual(two);
			}),
		);
	});

	test("a rotation by quarter turns is rot90", () => {
		fc.assert(
			fc.property(square, (pixels) => {
				const turned = changed(pixels, "rotation", 90);
				const exact = changed(pixels, "rot90", 1);
				expect(turned.labels).toEqual(exact.labels);
				for (const [i, v] of exact.x.entries()) {
					expect(Math.abs(turned.x[i] - v)).toBeLessThan(1e-5);
				}
			}),
		);
	});

	test.each(names)("%s: no class is invented, nothing becomes NaN", (name) =>
		fc.assert(
			fc.property(square, share, seeds, (pixels, at, seed) => {
				const strength = strengthOf(name, at);
				const outside = 9;
				const after = changed(pixels, name, strength, { seed, outside });
				const allowed = new Set([...pixels.labels, outside, IGNORE]);
				if (!GEOMETRIC.includes(name)) {
					expect(after.labels).toEqual(pixels.labels);
				}
				if (name !== "cutout") {
					if (!pixels.labels.includes(IGNORE)) allowed.delete(IGNORE);
				}
				for (const label of after.labels) expect(allowed).toContain(label);
				expect(after.x.every(Number.isFinite)).toBe(true);
			}),
		),
	);

	test.each(["flip-left-right", "flip-up-down", "rot90"] as const)(
		"%s moves image and labels alike: an image that is its labels stays so",
		(name) =>
			fc.assert(
				fc.property(square, share, (pixels, at) => {
					const { labels, height, width } = pixels;
					const same = { height, width, channels: 1, labels };
					const own = { ...same, x: Float32Array.from(labels) };
					const after = changed(own, name, strengthOf(name, at));
					expect([...after.x]).toEqual([...after.labels]);
				}),
			),
	);

	test.each(["central-crop", "scale", "rotation", "elastic"] as const)(
		"%s moves image and labels alike: where an image of its labels is certain, so are they",
		(name) =>
			fc.assert(
				fc.property(square, share, seeds, (pixels, at, seed) => {
					const { height, width } = pixels;
					const labels = pixels.labels.map((label) => label % 2);
					const same = { height, width, channels: 1, labels };
					const own = { ...same, x: Float32Array.from(labels) };
					const strength = strengthOf(name, at);
					const after = changed(own, name, strength, { seed, outside: 0 });
					for (const [i, label] of after.labels.entries()) {
						// The nearest of four pixels weighs a quarter at least.
						expect(Math.abs(after.x[i] - label)).toBeLessThan(0.75 + 1e-6);
					}
				}),
			),
	);

	test("several moves in a row are interpolated once: there and back is nothing inside", () => {
		const pixels = pixelsOf();
		const step = (name: "rotation" | "scale", value: number) => ({
			...{ name, probability: 1, range: [value, value] as const },
		});
		const steps = [
			...[step("rotation", 33), step("scale", 1.7)],
			...[step("scale", 1 / 1.7), step("rotation", -33)],
		];
		const after = copyOf(pixels);
		augment(after, { steps, choose: "each", outside: 7 }, createRandom(0));
		expect(after.labels).toEqual(pixels.labels);
		for (const [i, v] of pixels.x.entries()) {
			expect(Math.abs(after.x[i] - v)).toBeLessThan(1e-5);
		}
	});
});

test("steps come one after the other, moves and the rest alike", () => {
	const pixels = pixelsOf(oracle.images[1]);
	const step = (name: AugmentationName, value: number) => ({
		...{ name, probability: 1, range: [value, value] as const },
	});
	const steps = [
		...[step("rotation", 90), step("flip-left-right", 0)],
		...[step("scale", 1.5), step("brightness", -1), step("gamma", 0.5)],
	];
	const after = copyOf(pixels);
	augment(after, { steps, choose: "each", outside: 7 }, createRandom(0));
	let one = pixels;
	for (const { name, range } of steps) one = changed(one, name, range[0]);
	expect(after.labels).toEqual(one.labels);
	// Of what is below 0, TensorFlow's gamma is not defined; here it is 0.
	expect(after.x.every((v) => v === 0)).toBe(true);
	const flipped = changed(
		changed(pixels, "rotation", 90),
		"flip-left-right",
		0,
	);
	const both = copyOf(pixels);
	const two = steps.slice(0, 2);
	augment(both, { steps: two, choose: "each", outside: 7 }, createRandom(0));
	expect(both).toEqual(flipped);
});

test("of several moves the last is undone first: that is where the output's pixels are", () => {
	const pixels: Pixels = {
		...{ height: 1, width: 7, channels: 1 },
		x: Float32Array.of(0, 10, 20, 30, 40, 50, 60),
		labels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6),
	};
	const shift = ({ x }: Places) => x.set(x.map((v) => v + 1));
	const shrink = ({ x }: Places) => x.set(x.map((v) => 2 * v));
	warp(pixels, [shift, shrink], 9);
	expect([...pixels.labels]).toEqual([1, 3, 5, 9, 9, 9, 9]);
	expect([...pixels.x]).toEqual([10, 30, 50, 0, 0, 0, 0]);
});

describe("choosing", () => {
	const flip = "flip-left-right" as const;
	const rates = (config: AugmentConfig, kinds: number): number[] => {
		// Each step leaves a mark of its own.
		const counts = new Array<number>(kinds + 1).fill(0);
		for (let n = 0; n < 4000; n++) {
			const pixels = {
				...{ height: 1, width: 2, channels: 1 },
				x: Float32Array.of(0.25, 0.5),
				labels: Uint8Array.of(0, 1),
			};
			augment(pixels, config, randomFor(3, n));
			if (pixels.labels[0] === 1) counts[0]++;
			if (pixels.x.some((v) => v > 0.9)) counts[1]++;
			if (pixels.labels[0] === 0 && pixels.x[0] === 0.25) counts[2]++;
		}
		return counts.map((n) => n / 4000);
	};
	const brightness = {
		...({ name: "brightness", range: [0.9, 0.9] } as const),
	};

	test("each: every step by its own probability", () => {
		const steps = [
			{ name: flip, probability: 0.3 },
			{ ...brightness, probability: 0.6 },
		];
		const [a, b, none] = rates({ steps, choose: "each", outside: 0 }, 2);
		expect(Math.abs(a - 0.3)).toBeLessThan(0.04);
		expect(Math.abs(b - 0.6)).toBeLessThan(0.04);
		expect(Math.abs(none - 0.28)).toBeLessThan(0.04);
	});

	test("one: at most one step", () => {
		const steps = [
			{ name: flip, probability: 0.3 },
			{ ...brightness, probability: 0.6 },
		];
		const [a, b, none] = rates({ steps, choose: "one", outside: 0 }, 2);
		expect(Math.abs(a - 0.3)).toBeLessThan(0.04);
		expect(Math.abs(b - 0.6)).toBeLessThan(0.04);
		expect(Math.abs(none - 0.1)).toBeLessThan(0.03);
	});

	test("the clothing preset gives the seed's images: as they are and seven changes, equally often", () => {
		const config: AugmentConfig = { ...presets.clothing.augment, outside: 255 };
		const original = pixelsOf(oracle.images[1]);
		const wanted = [
			original,
			...config.steps.map(({ name, range = [0, 0] }) =>
				changed(original, name, range[0]),
			),
		].map(({ x, labels }) => `${x.join()} ${labels.join()}`);
		expect(new Set(wanted).size).toBe(8);
		const counts = new Array<number>(8).fill(0);
		for (let n = 0; n < 4000; n++) {
			const pixels = copyOf(original);
			augment(pixels, config, randomFor(1, n));
			counts[wanted.indexOf(`${pixels.x.join()} ${pixels.labels.join()}`)]++;
		}
		// Five standard deviations around 500.
		for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(105);
	});

	test("strengths fill their range, whole ones evenly", () => {
		const seen = new Map<string, number>();
		const original = pixelsOf(oracle.images[1]);
		const steps = [{ name: "rot90", probability: 1, range: [1, 3] } as const];
		for (let n = 0; n < 3000; n++) {
			const pixels = copyOf(original);
			augment(pixels, { steps, choose: "each", outside: 0 }, randomFor(n));
			const key = pixels.labels.join();
			seen.set(key, (seen.get(key) ?? 0) + 1);
		}
		expect(seen.size).toBe(3);
		for (const n of seen.values()) expect(Math.abs(n - 1000)).toBeLessThan(130);
	});
});
