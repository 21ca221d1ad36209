import { adamUpdate } from "../../src/kernels/adam.ts";
import { type Case, fails, normal, row, timed, uniform } from "../case.ts";

/** A parameter with a history: v holds squares. */
const parameter = (...shape: number[]) => ({
	w: normal(...shape),
	m: normal(...shape),
	v: uniform(0, 1, ...shape),
	g: normal(...shape),
});
const amsgrad = (...shape: number[]) => ({
	...parameter(...shape),
	most: uniform(0, 1, ...shape),
});

export const cases: Case[] = [
	row(adamUpdate, parameter(1), { step: 7 }),
	row(adamUpdate, parameter(3, 3, 5, 59), { step: 2, learningRate: 0.1 }),
	row(adamUpdate, parameter(2, 512), {
		step: 1000,
		beta1: 0.5,
		beta2: 0.9,
		epsilon: 1e-3,
	}),
	row(adamUpdate, parameter(11, 13), {
		step: 3,
		learningRate: 0.5,
		weightDecay: 0.1,
	}),
	row(adamUpdate, parameter(7, 11), { step: 2, learningRate: 0.1, l2: 0.2 }),
	// AMSGrad: some of the largest squares so far are overtaken, some are not.
	row(adamUpdate, amsgrad(3, 3, 5, 59), { step: 2, learningRate: 0.1 }),
	row(adamUpdate, amsgrad(11), { step: 9, l2: 0.2, weightDecay: 0.1 }),
	// The first step moves by the learning rate whatever the gradient's size.
	row(adamUpdate, {
		...parameter(5),
		m: uniform(0, 0, 5),
		v: uniform(0, 0, 5),
	}),
	// Gradient, mean and square 0: nothing moves, nothing is NaN.
	row(adamUpdate, {
		w: normal(5),
		m: uniform(0, 0, 5),
		v: uniform(0, 0, 5),
		g: uniform(0, 0, 5),
	}),
	fails(
		adamUpdate,
		{ ...parameter(5), g: normal(4) },
		{},
		"g is [4] but must be [5], the shape of w",
	),
	fails(
		adamUpdate,
		{ ...parameter(5), m: normal(4) },
		{},
		"m is [4] but must be [5], the shape of w",
	),
	fails(
		adamUpdate,
		{ ...parameter(5), most: normal(4) },
		{},
		"most is [4] but must be [5], the shape of w",
	),
	fails(
		adamUpdate,
		parameter(5),
		{ step: 0 },
		"step 0 must be an integer of at least 1",
	),
	fails(
		adamUpdate,
		parameter(5),
		{ learningRate: -1 },
		"learningRate -1 must be a finite number of at least 0",
	),
	fails(
		adamUpdate,
		parameter(5),
		{ beta1: 1 },
		"beta1 1 must be in 0..0.999999999",
	),
	timed(adamUpdate, parameter(3, 3, 256, 256), { step: 10 }),
];
