import { adadeltaUpdate, adagradUpdate } from "../../src/kernels/adaptive.ts";
import { rmspropUpdate } from "../../src/kernels/rmsprop.ts";
import { sgdUpdate } from "../../src/kernels/sgd.ts";
import { type Case, fails, normal, row, timed, uniform } from "../case.ts";

const sgd = (...shape: number[]) => ({
	w: normal(...shape),
	velocity: normal(...shape),
	g: normal(...shape),
});
const rmsprop = (...shape: number[]) => ({
	...sgd(...shape),
	square: uniform(0, 1, ...shape),
});
/** With a mean gradient whose square is below the mean square. */
const centered = (...shape: number[]) => ({
	...rmsprop(...shape),
	square: uniform(1, 2, ...shape),
	average: uniform(-0.9, 0.9, ...shape),
});
const adadelta = (...shape: number[]) => ({
	w: normal(...shape),
	square: uniform(0, 1, ...shape),
	delta: uniform(0, 1, ...shape),
	g: normal(...shape),
});
const adagrad = (...shape: number[]) => ({
	w: normal(...shape),
	square: uniform(0, 1, ...shape),
	g: normal(...shape),
});
const nothing = uniform(0, 0, 8);
const shapes = [[1], [3, 3, 5, 59], [2, 2048]];
const decays = [{ l2: 0.3 }, { weightDecay: 0.1 }];
const keras = { rateInside: true, momentum: 0.9 };
const rate = { learningRate: 0.3 };

export const cases: Case[] = [
	...shapes.flatMap((shape) => [
		row(sgdUpdate, sgd(...shape), { ...rate, momentum: 0.9 }),
		row(rmspropUpdate, rmsprop(...shape), { ...rate, momentum: 0.5 }),
		row(adadeltaUpdate, adadelta(...shape), { learningRate: 1 }),
		row(adagradUpdate, adagrad(...shape), rate),
	]),
	...decays.flatMap((decay) => [
		row(sgdUpdate, sgd(7, 11), { ...rate, ...decay }),
		row(rmspropUpdate, rmsprop(7, 11), { ...rate, ...decay }),
		row(adadeltaUpdate, adadelta(7, 11), { ...rate, ...decay }),
		row(adagradUpdate, adagrad(7, 11), { ...rate, ...decay }),
	]),
	row(sgdUpdate, sgd(13), { ...rate, momentum: 0.9, nesterov: true }),
	row(sgdUpdate, sgd(13), { ...rate, momentum: 0.9, dampening: 0.3 }),
	row(sgdUpdate, sgd(8), { ...rate, ...keras, dampening: 1 }),
	row(sgdUpdate, sgd(13), { ...rate, ...keras }),
	row(sgdUpdate, sgd(13), { ...rate, ...keras, nesterov: true }),
	row(rmspropUpdate, rmsprop(13), { ...rate, ...keras, rho: 0.5 }),
	row(rmspropUpdate, rmsprop(13), {
		...rate,
		epsilon: 0.1,
		epsilonInside: true,
	}),
	row(rmspropUpdate, rmsprop(13), { ...rate, epsilon: 0.1 }),
	row(rmspropUpdate, centered(3, 3, 5, 59), { ...rate, momentum: 0.5 }),
	row(rmspropUpdate, centered(2, 512), { ...rate, ...keras, rho: 0.5 }),
	row(rmspropUpdate, centered(7, 11), {
		...rate,
		epsilon: 0.1,
		epsilonInside: true,
		l2: 0.3,
	}),
	// A mean gradient whose square is above the mean square, as rounding may leave it.
	row(
		rmspropUpdate,
		{ ...rmsprop(8), average: uniform(2, 3, 8) },
		{ epsilon: 0.1 },
	),
	row(adadeltaUpdate, adadelta(13), { ...rate, rho: 0.5, epsilon: 0.1 }),
	row(adagradUpdate, adagrad(13), {
		...rate,
		epsilon: 0.1,
		epsilonInside: true,
	}),
	row(adagradUpdate, adagrad(13), { ...rate, epsilon: 0.1 }),
	// Gradient and memory 0: nothing moves, nothing is NaN.
	row(rmspropUpdate, {
		w: normal(8),
		square: nothing,
		velocity: nothing,
		g: nothing,
	}),
	row(adadeltaUpdate, {
		w: normal(8),
		square: nothing,
		delta: nothing,
		g: nothing,
	}),
	row(adagradUpdate, { w: normal(8), square: nothing, g: nothing }),

	fails(
		sgdUpdate,
		{ ...sgd(5), g: normal(4) },
		{},
		"g is [4] but must be [5], the shape of w",
	),
	fails(
		sgdUpdate,
		sgd(5),
		{ momentum: -1 },
		"momentum -1 must be a finite number of at least 0",
	),
	fails(
		rmspropUpdate,
		{ ...rmsprop(5), square: normal(4) },
		{},
		"square is [4] but must be [5], the shape of w",
	),
	fails(sgdUpdate, sgd(5), { dampening: 2 }, "dampening 2 must be in 0..1"),
	fails(
		sgdUpdate,
		sgd(5),
		{ nesterov: true, dampening: 0.1 },
		"dampening 0.1 must be 0 when nesterov is true",
	),
	fails(
		rmspropUpdate,
		{ ...rmsprop(5), average: normal(4) },
		{},
		"average is [4] but must be [5], the shape of w",
	),
	fails(rmspropUpdate, rmsprop(5), { rho: 1.1 }, "rho 1.1 must be in 0..1"),
	fails(adadeltaUpdate, adadelta(5), { rho: -1 }, "rho -1 must be in 0..1"),
	fails(
		adadeltaUpdate,
		adadelta(5),
		{ epsilon: Number.NaN },
		"epsilon NaN must be a finite number of at least 0",
	),
	fails(
		adagradUpdate,
		adagrad(5),
		{ l2: -1 },
		"l2 -1 must be a finite number of at least 0",
	),

	timed(sgdUpdate, sgd(3, 3, 256, 256), { momentum: 0.9 }),
	timed(rmspropUpdate, rmsprop(3, 3, 256, 256)),
	timed(rmspropUpdate, centered(3, 3, 256, 256)),
	timed(adadeltaUpdate, adadelta(3, 3, 256, 256)),
	timed(adagradUpdate, adagrad(3, 3, 256, 256)),
];
