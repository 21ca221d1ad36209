import { expect, test } from "vitest";
import { glorotUniform, heNormal, randomBits } from "../../src/unet/init.ts";

function statistics(values: Float32Array) {
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	const variance =
		values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
	return { mean, deviation: Math.sqrt(variance) };
}

test("the generator is MurmurHash3 of stream and index", () => {
	// From an implementation that gives the published 0xba6bd213 for "test" and seed 0.
	expect(randomBits(0, 0, 0)).toBe(1669671676);
	expect(randomBits(7, 3, 5)).toBe(1194202782);
});

test("glorotUniform: inside its limit, with the deviation limit / sqrt(3)", () => {
	const values = glorotUniform([3, 3, 16, 32], 1, 0);
	const limit = Math.sqrt(6 / (9 * 16 + 9 * 32));
	const { mean, deviation } = statistics(values);
	expect(values.every((v) => Math.abs(v) <= limit)).toBe(true);
	expect(Math.abs(mean)).toBeLessThan(limit / 20);
	expect(deviation / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
});

test("heNormal: deviation sqrt(2 / fanIn), as many beyond two deviations as a normal has", () => {
	const values = heNormal([3, 3, 16, 32], 1, 0);
	const expected = Math.sqrt(2 / (9 * 16));
	const { mean, deviation } = statistics(values);
	expect(Math.abs(mean)).toBeLessThan(expected / 20);
	expect(deviation / expected).toBeCloseTo(1, 1);
	const tail = values.filter((v) => Math.abs(v) > 2 * expected).length;
	expect(tail / values.length).toBeCloseTo(0.0455, 2);
});

test("same seed and stream give the same numbers, another seed or stream others", () => {
	const values = heNormal([3, 3, 4, 4], 5, 2);
	expect(heNormal([3, 3, 4, 4], 5, 2)).toEqual(values);
	expect(heNormal([3, 3, 4, 4], 6, 2)).not.toEqual(values);
	expect(heNormal([3, 3, 4, 4], 5, 3)).not.toEqual(values);
});
