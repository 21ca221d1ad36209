import { expect, test } from "vitest";
import { ConfigError } from "../../src/unet/errors.ts";
import {
	constant,
	cosine,
	exponential,
	oneCycle,
	type PlateauSchedule,
	reduceOnPlateau,
	stepDecay,
	warmUp,
} from "../../src/unet/schedule.ts";

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

test("steps: every so many, or at given ones", () => {
	const every = stepDecay(1, { every: 3, factor: 0.5 });
	expect([0, 2, 3, 5, 6].map(every)).toEqual([1, 1, 0.5, 0.5, 0.25]);
	const at = stepDecay(1, { at: [2, 5], factor: 0.5 });
	expect([0, 1, 2, 4, 5, 99].map(at)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
	expect(stepDecay(1, { at: [1] })(1)).toBe(0.1);
});

test("warm-up rises to where the schedule begins, and then follows it", () => {
	const rate = warmUp(4, cosine(1, 8, 0.2));
	[0.2, 0.4, 0.6, 0.8, 1].forEach((v, i) => {
		expect(rate(i)).toBeCloseTo(v, 15);
	});
	expect(rate(8)).toBeCloseTo(0.6, 15);
	expect(rate(12)).toBe(0.2);
});

test("exponential: equal factors from end to end", () => {
	const rate = exponential(1e-4, 1, 5);
	[1e-4, 1e-3, 1e-2, 0.1, 1].forEach((v, i) => {
		expect(rate(i) / v).toBeCloseTo(1, 12);
	});
	expect(exponential(1e-4, 1, 1)(0)).toBe(1e-4);
});

test("plateau: lowered after more reports without progress than patience", () => {
	const rate = reduceOnPlateau(1, {
		factor: 0.5,
		patience: 2,
		threshold: 0.1,
		minRate: 0.2,
	});
	const after = (...values: number[]) =>
		values.map((v) => {
			rate.report(v);
			return rate(0);
		});
	// 0.95 is not a tenth below 1, 0.85 is.
	expect(after(1, 0.95, 0.95, 0.85)).toEqual([1, 1, 1, 1]);
	expect(after(0.8, Number.NaN, 2)).toEqual([1, 1, 0.5]);
	expect(after(0.84, 0.8, 0.8)).toEqual([0.5, 0.5, 0.25]);
	expect(after(0.8, 0.8, 0.8)).toEqual([0.25, 0.25, 0.2]);
});

test("plateau: what is progress is a share of the best value", () => {
	const options = { patience: 0, threshold: 0.1, factor: 0.5 };
	const rate = reduceOnPlateau(1, options);
	const after = [10, 9.5, 8.9].map((v) => {
		rate.report(v);
		return rate(0);
	});
	expect(after).toEqual([1, 0.5, 0.5]);
});

test.each(["min", "max"] as const)(
	"plateau, %s: goes on from its state, kept as JSON, wherever it stopped",
	(mode) => {
		const options = { mode, patience: 1, threshold: 0.1, factor: 0.5 };
		const values = [2, 1.5, 1.4, 1.45, 1.6, 3, 2.9, 2.8, 0.5, 0.6, 0.7];
		const rates = (rate: PlateauSchedule, reports: number[]) =>
			reports.map((v) => {
				rate.report(v);
				return rate(0);
			});
		const whole = rates(reduceOnPlateau(1, options), values);
		expect(new Set(whole).size).toBeGreaterThan(2);
		for (let stop = 0; stop < values.length; stop++) {
			const first = reduceOnPlateau(1, options);
			rates(first, values.slice(0, stop));
			const from = JSON.parse(JSON.stringify(first.state()));
			const second = reduceOnPlateau(1, { ...options, from });
			expect(second(0)).toBe(first(0));
			expect(rates(second, values.slice(stop))).toEqual(whole.slice(stop));
		}
	},
);

test("plateau of a value that should rise, also from 0", () => {
	const rate = reduceOnPlateau(1, { mode: "max", patience: 0, factor: 0.5 });
	const after = [0, 0.1, 0.2, 0.2, 0.19].map((v) => {
		rate.report(v);
		return rate(0);
	});
	expect(after).toEqual([1, 1, 1, 0.5, 0.25]);
});

test.each([0, 1, 2, Number.NaN])("factor %s is rejected", (factor) => {
	expect(() => stepDecay(1, { every: 2, factor })).toThrow(`factor ${factor}`);
	expect(() => reduceOnPlateau(1, { factor })).toThrow(ConfigError);
});

test.each([0, -1e-3, Number.NaN, Number.POSITIVE_INFINITY])(
	"learning rate %s is rejected",
	(rate) => {
		const plateau = (r: number) => reduceOnPlateau(r);
		const steps = (r: number) => stepDecay(r, { every: 3 });
		const rise = (r: number) => exponential(r, 1, 10);
		for (const make of [constant, cosine, oneCycle, plateau, steps, rise]) {
			expect(() => make(rate, 10)).toThrow(ConfigError);
			expect(() => make(rate, 10)).toThrow(`learning rate ${rate}`);
		}
	},
);

test("a schedule over no steps is rejected", () => {
	expect(() => cosine(0.1, 0)).toThrow("0 steps");
	expect(() => oneCycle(0.1, 2.5)).toThrow("2.5 steps");
	expect(() => oneCycle(0.1, 10, 2)).toThrow("warm-up 2");
	expect(() => warmUp(0, constant(1))).toThrow("0 steps");
	expect(() => stepDecay(1, { every: 0 })).toThrow("0 steps");
	expect(() => exponential(1e-3, 1, -1)).toThrow("-1 steps");
	expect(() => exponential(1e-3, 0, 5)).toThrow("learning rate 0");
});
