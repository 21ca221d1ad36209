import { describe, expect, test } from "vitest";
import { cpuDevice, tensor } from "../../src/engine/index.ts";
import {
	adadelta,
	adagrad,
	adam,
	adamw,
	ConfigError,
	type Optimizer,
	optimizerState,
	optimizerStep,
	rmsprop,
	sgd,
} from "../../src/unet/index.ts";

const device = cpuDevice();
const of = (...values: number[]) => tensor(values, undefined, { device });

test("two steps of Adam worked by hand", async () => {
	const params = { a: of(1), b: of(2, -3) };
	const state = optimizerState(adam(), params);
	optimizerStep(adam(), state, params, { a: of(0.5), b: of(0, 0) }, 0.1);
	// mHat = 0.5, sqrt(vHat) = 0.5
	expect(await params.a.item()).toBeCloseTo(1 - (0.1 * 0.5) / (0.5 + 1e-8), 14);
	optimizerStep(adam(), state, params, { a: of(-0.25), b: of(0, 0) }, 0.1);
	// m = 0.9 * 0.05 - 0.025 = 0.02, v = 0.999 * 0.00025 + 0.0000625 = 0.00031225
	const second =
		(0.1 * (0.02 / 0.19)) / (Math.sqrt(0.00031225 / 0.001999) + 1e-8);
	expect(await params.a.item()).toBeCloseTo(0.900000002 - second, 14);
	expect(await params.b.data()).toEqual(Float64Array.of(2, -3));
	expect(await state.slots.exp_avg.a.item()).toBeCloseTo(0.02, 15);
	expect(await state.slots.exp_avg_sq.a.item()).toBeCloseTo(0.00031225, 15);
	expect(state.step).toBe(2);
});

/** The weight after steps from 1 with gradients 0.5 and -0.25, at rates 0.1 and 0.2. */
async function twoSteps(optimizer: Optimizer): Promise<number> {
	const params = [of(1)];
	const state = optimizerState(optimizer, params);
	optimizerStep(optimizer, state, params, [of(0.5)], 0.1);
	optimizerStep(optimizer, state, params, [of(-0.25)], 0.2);
	return params[0].item();
}

const { sqrt } = Math;

describe("two steps, as PyTorch and as Keras", () => {
	test.each<[string, Optimizer, number]>([
		["SGD", sgd(), 1 - 0.1 * 0.5 + 0.2 * 0.25],
		// PyTorch: v = 0.5, then 0.9 * 0.5 - 0.25 = 0.2
		["momentum", sgd({ momentum: 0.9 }), 1 - 0.1 * 0.5 - 0.2 * 0.2],
		// Keras: v = 0.05, then 0.9 * 0.05 - 0.05 = -0.005
		["momentum, Keras", sgd({ momentum: 0.9, convention: "keras" }), 0.955],
		[
			"Nesterov",
			sgd({ momentum: 0.9, nesterov: true }),
			1 - 0.1 * (0.5 + 0.9 * 0.5) - 0.2 * (-0.25 + 0.9 * 0.2),
		],
		[
			"Nesterov, Keras",
			sgd({ momentum: 0.9, nesterov: true, convention: "keras" }),
			1 - (0.9 * 0.05 + 0.05) - (0.9 * -0.005 - 0.05),
		],
		[
			"Adam, Keras: epsilon before the correction",
			adam({ convention: "keras", epsilon: 0.1 }),
			1 -
				(0.1 * sqrt(0.001) * 0.05) / 0.1 / (sqrt(0.00025) + 0.1) -
				(0.2 * sqrt(0.001999) * 0.02) / 0.19 / (sqrt(0.00031225) + 0.1),
		],
		[
			"RMSprop",
			rmsprop({ epsilon: 0.1 }),
			1 -
				(0.1 * 0.5) / (sqrt(0.0025) + 0.1) +
				(0.2 * 0.25) / (sqrt(0.0025 * 0.99 + 0.000625) + 0.1),
		],
		[
			"RMSprop, Keras",
			rmsprop({ epsilon: 0.1, momentum: 0.5, convention: "keras" }),
			1 -
				1.5 * ((0.1 * 0.5) / sqrt(0.025 + 0.1)) +
				(0.2 * 0.25) / sqrt(0.025 * 0.9 + 0.00625 + 0.1),
		],
		[
			// square 0.025, average 0.05; then 0.02875 and 0.02
			"RMSprop, centered, Keras",
			rmsprop({ epsilon: 0.1, centered: true, convention: "keras" }),
			1 -
				(0.1 * 0.5) / sqrt(0.025 - 0.05 ** 2 + 0.1) +
				(0.2 * 0.25) / sqrt(0.02875 - 0.02 ** 2 + 0.1),
		],
		[
			// The first velocity is 0.5, then 0.9 * 0.5 - 0.7 * 0.25 = 0.275
			"dampened momentum",
			sgd({ momentum: 0.9, dampening: 0.3 }),
			1 - 0.1 * 0.5 - 0.2 * 0.275,
		],
		[
			// v = 0.125, then 0.5 * 0.125 + 0.5 * 0.0625 = 0.09375, below the first
			"AMSGrad, Keras",
			adam({ amsgrad: true, beta1: 0, beta2: 0.5, convention: "keras" }),
			1 -
				(0.1 * sqrt(0.5) * 0.5) / (sqrt(0.125) + 1e-7) +
				(0.2 * sqrt(0.75) * 0.25) / (sqrt(0.125) + 1e-7),
		],
		[
			"Adagrad",
			adagrad({ epsilon: 0.1 }),
			1 - (0.1 * 0.5) / (0.5 + 0.1) + (0.2 * 0.25) / (sqrt(0.3125) + 0.1),
		],
		[
			"Adagrad, Keras",
			adagrad({ convention: "keras" }),
			1 - (0.1 * 0.5) / sqrt(0.35 + 1e-7) + (0.2 * 0.25) / sqrt(0.4125 + 1e-7),
		],
	])("%s", async (_, optimizer, expected) => {
		expect(await twoSteps(optimizer)).toBeCloseTo(expected, 9);
	});

	test.each([
		["pytorch", 0.9, 1e-6, 1],
		["keras", 0.95, 1e-7, 1e-3],
	] as const)("Adadelta, %s", async (convention, rho, epsilon, rate) => {
		let [w, square, delta] = [1, 0, 0];
		for (const [g, learningRate] of [
			[0.5, 0.1],
			[-0.25, 0.2],
		]) {
			square = rho * square + (1 - rho) * g * g;
			const change = (sqrt(delta + epsilon) / sqrt(square + epsilon)) * g;
			delta = rho * delta + (1 - rho) * change * change;
			w -= learningRate * change;
		}
		const optimizer = adadelta({ convention });
		expect(await twoSteps(optimizer)).toBeCloseTo(w, 14);
		expect(optimizer.learningRate).toBe(rate);
	});
});

test.each([
	["pytorch", 0.01, 1e-8],
	["keras", 0.004, 1e-7],
] as const)("AdamW decays as %s does", async (convention, decay, epsilon) => {
	const optimizer = adamw({ convention });
	expect(optimizer.name).toBe("adamw");
	const same = adam({ convention, epsilon, weightDecay: decay });
	expect(await twoSteps(optimizer)).toBe(await twoSteps(same));
	const none = adam({ convention });
	expect(await twoSteps(adamw({ convention, weightDecay: 0 }))).toBe(
		await twoSteps(none),
	);
	expect(await twoSteps(optimizer)).not.toBe(await twoSteps(none));
});

test.each([
	{},
	{ momentum: 0.9, nesterov: true },
	{ momentum: 0.9, convention: "keras" } as const,
])("dampening is rejected with %j", (options) => {
	expect(() => sgd({ dampening: 0.1, ...options })).toThrow(ConfigError);
	expect(() => sgd({ dampening: 0.1, ...options })).toThrow(
		"sgd: dampening 0.1 needs momentum above 0",
	);
});

test.each(Object.entries({ sgd, adam, adamw, rmsprop, adadelta, adagrad }))(
	"%s: decay, decoupled and as a penalty",
	async (_, make) => {
		const step = async (options: object, g: number) => {
			const params = [of(2)];
			const optimizer = make(options);
			const state = optimizerState(optimizer, params);
			optimizerStep(optimizer, state, params, [of(g)], 0.1);
			return params[0].item();
		};
		const shrunk = await step({ weightDecay: 0.01 }, 0);
		expect(shrunk).toBeCloseTo(2 * (1 - 0.1 * 0.01), 15);
		expect(await step({ l2: 0.25 }, 0.5)).toBe(await step({}, 1));
	},
);

test("another optimizer's state is rejected", () => {
	const params = [of(1)];
	const state = optimizerState(rmsprop(), params);
	const step = (s: typeof state) =>
		optimizerStep(adam(), s, params, [of(1)], 0.1);
	expect(() => step(state)).toThrow(ConfigError);
	expect(() => step(state)).toThrow(
		"the optimizer is adam (exp_avg,exp_avg_sq) but the state to go on from is of rmsprop (square_avg,momentum_buffer)",
	);
	expect(() => step({ ...state, name: "adam" })).toThrow(ConfigError);
	const plain = optimizerState(adam(), params);
	const most = adam({ amsgrad: true });
	expect(() => optimizerStep(most, plain, params, [of(1)], 0.1)).toThrow(
		"the optimizer is adam (exp_avg,exp_avg_sq,max_exp_avg_sq) but the state",
	);
});
