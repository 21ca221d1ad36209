import { expect, test } from "vitest";
import { cpuDevice, tensor } from "../../src/engine/index.ts";
import { adam, adamStep } from "../../src/unet/index.ts";

const device = cpuDevice();
const of = (...values: number[]) => tensor(values, undefined, { device });

test("two steps of Adam worked by hand", async () => {
	const params = { a: of(1), b: of(2, -3) };
	const state = adam(params);
	adamStep(state, params, { a: of(0.5), b: of(0, 0) }, 0.1);
	// mHat = 0.5, sqrt(vHat) = 0.5
	expect(await params.a.item()).toBeCloseTo(1 - (0.1 * 0.5) / (0.5 + 1e-8), 14);
	adamStep(state, params, { a: of(-0.25), b: of(0, 0) }, 0.1);
	// m = 0.9 * 0.05 - 0.025 = 0.02, v = 0.999 * 0.00025 + 0.0000625 = 0.00031225
	const second =
		(0.1 * (0.02 / 0.19)) / (Math.sqrt(0.00031225 / 0.001999) + 1e-8);
	expect(await params.a.item()).toBeCloseTo(0.900000002 - second, 14);
	expect(await params.b.data()).toEqual(Float64Array.of(2, -3));
	expect(await state.m.a.item()).toBeCloseTo(0.02, 15);
	expect(await state.v.a.item()).toBeCloseTo(0.00031225, 15);
	expect(state.step).toBe(2);
});

test("weight decay shrinks the weight by rate times decay, apart from the gradient", async () => {
	const params = { a: of(2) };
	adamStep(adam(params), params, { a: of(0) }, 0.1, { weightDecay: 0.01 });
	expect(await params.a.item()).toBeCloseTo(2 * (1 - 0.1 * 0.01), 15);
});
