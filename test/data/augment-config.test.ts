import { describe, expect, test } from "vitest";
import { type Preset, presets } from "../../src/app/presets.ts";
import { checkAugment, parseAugment } from "../../src/data/augment-config.ts";
import {
	AUGMENTATIONS,
	type AugmentationName,
} from "../../src/data/augmentations.ts";
import { UsageError } from "../../src/data/errors.ts";

const colour = { height: 8, width: 8, channels: 3 };

test("names, strengths and probabilities become steps, in their order", () => {
	expect(parseAugment("flips, rot90,brightness=0.1,gamma=0.5:2@0.25")).toEqual([
		{ name: "flip-left-right", probability: 0.5 },
		{ name: "flip-up-down", probability: 0.5 },
		{ name: "rot90", probability: 0.75 },
		{ name: "brightness", probability: 1, range: [-0.1, 0.1] },
		{ name: "gamma", probability: 0.25, range: [0.5, 2] },
	]);
	// A single strength means a range around what changes nothing, or itself.
	const range = (text: string) => parseAugment(text)[0].range;
	expect(range("contrast=0.2")).toEqual([0.8, 1.2]);
	expect(range("rotation=-10")).toEqual([-10, 10]);
	expect(range("noise=0.1")).toEqual([0, 0.1]);
	expect(range("rot90=1")).toEqual([1, 1]);
	expect(range("hue=-0.1:-0.1")).toEqual([-0.1, -0.1]);
});

test("every kind's usual strengths are within its limits, and it can be called by its name", () => {
	for (const name of Object.keys(AUGMENTATIONS) as AugmentationName[]) {
		const { strength, probability } = AUGMENTATIONS[name];
		expect(parseAugment(name)).toEqual([{ name, probability }]);
		const range = strength?.usual;
		const step = { name, probability, ...(range && { range }) };
		checkAugment({ steps: [step], choose: "each", outside: 0 }, colour);
	}
});

describe("errors name the step and what it takes", () => {
	test.each([
		[
			"brightnes",
			/^augment: brightnes: unknown augmentation; there are flips, /,
		],
		["", /write NAME/],
		["flips,", /write NAME/],
		["gamma=", /"" is no number/],
		["gamma=x", /"x" is no number/],
		["gamma=1:2:3", /write gamma=LOW:HIGH/],
		["gamma=2:1", /strengths run from 2 to 1; .* the lower first/],
		["gamma=2", /run from -1 to 3; they are exponent from 0.01 to 10/],
		["flips=3", /flip-left-right takes no strength/],
		["flips@2", /the probability is 2; give 0 to 1/],
		["flips@", /"" is no number/],
		["rot90=1.5", /whole quarter turns/],
		["rot90=0", /from 1 to 3/],
		["constructor", /unknown augmentation/],
	])("%s", (text, message) => {
		expect(() => parseAugment(text)).toThrow(UsageError);
		expect(() => parseAugment(text)).toThrow(message);
	});

	test("what does not fit the images", () => {
		const check = (text: string, shape = colour) => {
			const steps = parseAugment(text);
			checkAugment({ steps, choose: "each", outside: 0 }, shape);
		};
		const gray = { ...colour, channels: 1 };
		const long = { ...colour, width: 12 };
		check("hue,rot90");
		check("rot90=2,gamma", { ...gray, width: 12 });
		expect(() => check("hue", gray)).toThrow(
			/augment: hue: needs red, green and blue, but the images have 1 channel;/,
		);
		expect(() => check("saturation", gray)).toThrow(UsageError);
		expect(() => check("rot90", long)).toThrow(/square images, these are 8x12/);
		expect(() => check("rot90=1", long)).toThrow(/write rot90=2/);
	});

	test("what a file may say", () => {
		const check = (step: object, choose: "each" | "one" = "each") => {
			const good = { name: "gamma" as const, probability: 0.6 };
			const steps = [good, { ...good, ...step }];
			checkAugment({ steps, choose, outside: 0 }, colour);
		};
		check({});
		expect(() => check({}, "one")).toThrow(/sum up to 1.2/);
		expect(() => check({ name: "blur" })).toThrow(/augment: blur: unknown/);
		expect(() => check({ probability: Number.NaN })).toThrow(UsageError);
		expect(() => check({ range: [Number.NaN, 1] })).toThrow(UsageError);
		expect(() => check({ name: "flip-up-down", range: [0, 1] })).toThrow(
			/takes no strength/,
		);
	});
});

test("the seeds' presets are valid, for the images they are of", () => {
	const augments = Object.values<Preset>(presets).flatMap(
		({ augment }) => augment ?? [],
	);
	expect(augments).toHaveLength(1);
	for (const augment of augments) {
		checkAugment({ ...augment, outside: 255 }, colour);
	}
});
