import { expect, test } from "vitest";
import { ConfigError } from "../../src/unet/errors.ts";
import { constant, cosine, oneCycle } from "../../src/unet/schedule.ts";

test("constant", () => {
	expect(constant(0.01)(0)).toBe(0.01);
	expect(constant(0.01)(1e6)).toBe(0.01);
});

test("cosine: peak, half way down, end, and the end from there on", () => {
	const rate = cosine(1, 8, 0.2);
	expect(rate(0)).toBe(1);
	expect(rate(4)).toBeCloseTo(0.6, 15);
	// 0.2 + 0.4 * (1 + cos(pi / 4))
	expect(rate(2)).toBeCloseTo(0.8828427124746191, 15);
	expect(rate(8)).toBe(0.2);
	expect(rate(100)).toBe(0.2);
});

test("one cycle: the numbers of PyTorch's OneCycleLR(max_lr=0.1, total_steps=10)", () => {
	const rate = oneCycle(0.1, 10);
	// Warm-up to step 0.3 * 10 - 1 = 2, then down over 7 steps to step 9.
	expect(rate(0)).toBeCloseTo(0.004, 15);
	expect(rate(1)).toBeCloseTo(0.052, 15);
	expect(rate(2)).toBeCloseTo(0.1, 15);
	// 4e-7 + (0.1 - 4e-7) / 2 * (1 + cos(pi * 3 / 7))
	expect(rate(5)).toBeCloseTo(0.06112620219362893, 15);
	expect(rate(9)).toBeCloseTo(4e-7, 15);
});

test("one cycle over a single step, and without warm-up, starts at the peak", () => {
	expect(oneCycle(0.1, 1)(0)).toBeCloseTo(0.1, 15);
	expect(oneCycle(0.1, 100, 0)(0)).toBeCloseTo(0.1, 15);
});

test.each([0, -1e-3, Number.NaN, Number.POSITIVE_INFINITY])(
	"learning rate %s is rejected",
	(rate) => {
		for (const make of [constant, cosine, oneCycle]) {
			expect(() => make(rate, 10)).toThrow(ConfigError);
			expect(() => make(rate, 10)).toThrow(`learning rate ${rate}`);
		}
	},
);

test("a schedule over no steps is rejected", () => {
	expect(() => cosine(0.1, 0)).toThrow("0 steps");
	expect(() => oneCycle(0.1, 2.5)).toThrow("2.5 steps");
	expect(() => oneCycle(0.1, 10, 2)).toThrow("warm-up 2");
});
