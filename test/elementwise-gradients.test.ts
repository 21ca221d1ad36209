import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	grad,
	type Tensor,
	tensor,
} from "../src/engine/index.ts";
import * as k from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Gradients at kinks, ties and zeros: what PyTorch 1.13 gives. */
const kinks: [
	name: string,
	f: (...inputs: Tensor[]) => Tensor,
	inputs: number[][],
	gradients: number[][],
][] = [
	["abs", k.abs, [[0, -2]], [[0, -1]]],
	["sqrt", k.sqrt, [[0, 4]], [[inf, 0.25]]],
	["sign", k.sign, [[0, 2]], [[0, 0]]],
	["relu6", k.relu6, [[0, 6, 3, 7]], [[0, 0, 1, 0]]],
	[
		"clamp",
		(x) => k.clamp(x, { min: -1, max: 2 }),
		[[-1, 2, 0, 3, -4]],
		[[1, 1, 1, 0, 0]],
	],
	["elu", (x) => k.elu(x, { alpha: 0.5 }), [[0, 1]], [[0.5, 1]]],
	["hardSwish", k.hardSwish, [[-3, 3, 0, -4, 4]], [[-0.5, 1.5, 0.5, 0, 1]]],
	[
		"minimum",
		k.minimum,
		[
			[1, 1, 3],
			[1, 2, 2],
		],
		[
			[0.5, 1, 0],
			[0.5, 0, 1],
		],
	],
	[
		"maximum",
		k.maximum,
		[
			[1, 1, 3, nan],
			[1, 2, 2, 1],
		],
		[
			[0.5, 0, 1, 1],
			[0.5, 1, 0, 1],
		],
	],
	[
		"pow",
		(a, b) => k.pow(a, b),
		[
			[0, 0, 0, 2, -2, 0],
			[0, 1, 2, 0, 2, -1],
		],
		[
			[0, 1, 0, 0, -4, -inf],
			[0, 0, 0, Math.log(2), nan, -inf],
		],
	],
	["pow 0", (x) => k.pow(x, { exponent: 0 }), [[0, 1]], [[0, 0]]],
	["pow 1", (x) => k.pow(x, { exponent: 1 }), [[0, 1]], [[1, 1]]],
	[
		"where",
		k.where,
		[
			[0, 1, -0, nan],
			[1, 2, 3, 4],
			[5, 6, 7, 8],
		],
		[
			[0, 0, 0, 0],
			[0, 1, 0, 1],
			[1, 0, 1, 0],
		],
	],
	[
		"where of a comparison of what is differentiated",
		(a, b) => k.where(k.less(a, b), k.mul(a, a), b),
		[
			[1, 4],
			[2, 3],
		],
		[
			[2, 0],
			[0, 1],
		],
	],
];

/** Second derivatives at `at`, by the textbook. */
const seconds: [
	name: string,
	f: (x: Tensor) => Tensor,
	second: (x: number) => number,
][] = [
	["exp", k.exp, Math.exp],
	["log", k.log, (x) => -1 / x ** 2],
	["sqrt", k.sqrt, (x) => -0.25 * x ** -1.5],
	["pow", (x) => k.pow(x, { exponent: 3 }), (x) => 6 * x],
	["tanh", k.tanh, (x) => (-2 * Math.tanh(x)) / Math.cosh(x) ** 2],
	[
		"sigmoid",
		k.sigmoid,
		(x) => (-Math.tanh(x / 2) * 0.25) / Math.cosh(x / 2) ** 2,
	],
	["elu", (x) => k.elu(k.neg(x)), (x) => Math.exp(-x)],
	["hardSwish", k.hardSwish, (x) => (x < 3 ? 1 / 3 : 0)],
	["clamp", (x) => k.clamp(k.mul(x, x), { max: 1 }), (x) => (x < 1 ? 2 : 0)],
	[
		"gelu",
		k.gelu,
		(x) => ((2 - x * x) * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
	],
	["erf", k.erf, (x) => (-4 * x * Math.exp(-x * x)) / Math.sqrt(Math.PI)],
];
const at = [0.25, 0.75, 1.5, 3.5];

async function checkKink(
	device: Device,
	[, f, inputs, expected]: (typeof kinks)[number],
): Promise<void> {
	const tensors = inputs.map((v) => tensor(v, undefined, { device }));
	const gradients = grad((ts: Tensor[]) => k.sum(f(...ts)))(tensors);
	for (const [i, g] of gradients.entries()) {
		for (const [j, v] of (await g.data()).entries()) {
			const want = expected[i][j];
			if (Number.isFinite(want)) expect(v, `${i}, ${j}`).toBeCloseTo(want, 5);
			else expect(v, `${i}, ${j}`).toBe(want);
		}
	}
}

async function checkSecond(
	device: Device,
	[, f, second]: (typeof seconds)[number],
): Promise<void> {
	const first = grad((x: Tensor) => k.sum(f(x)));
	const found = grad((x: Tensor) => k.sum(first(x)))(
		tensor(at, undefined, { device }),
	);
	for (const [i, v] of (await found.data()).entries()) {
		const want = second(at[i]);
		const error = Math.abs(v - want) / (1 + Math.abs(want));
		expect(error, `at ${at[i]}: ${v}, not ${want}`).toBeLessThan(3e-6);
	}
}

describe("on the CPU", () => {
	test.each(kinks)("gradient at kinks: %s", (...kink) =>
		checkKink(cpuDevice(), kink),
	);
	test.each(seconds)("second derivative: %s", (...row) =>
		checkSecond(cpuDevice(), row),
	);
});

await describeOnDevices((device) => {
	test.each(kinks)("gradient at kinks: %s", (...kink) =>
		checkKink(device(), kink),
	);
	test.each(seconds)("second derivative: %s", (...row) =>
		checkSecond(device(), row),
	);
	test("erf is good to float32", async () => {
		const points = Float32Array.from({ length: 24001 }, (_, i) => i / 2000 - 6);
		const on = (d: Device) => k.erf(tensor(points, undefined, { device: d }));
		const exact = await on(cpuDevice()).data();
		const found = await on(device()).data();
		let worst = 0;
		for (const [i, v] of found.entries()) {
			worst = Math.max(worst, Math.abs(v - exact[i]));
		}
		console.log(`erf: largest error ${worst.toExponential(1)}`);
		expect(worst).toBeLessThan(1.5e-7);
	});
});
