import * as k from "../../src/kernels/unary.ts";
import * as smooth from "../../src/kernels/unary-activation.ts";
import * as bent from "../../src/kernels/unary-piecewise.ts";
import {
	awayFromZero,
	type Case,
	type Draw,
	exactly,
	fails,
	normal,
	row,
	timed,
	uniform,
} from "../case.ts";

const shapes = [[1], [5, 59], [3, 7, 11, 5], [2, 512]];
const large = [4, 64, 64, 32];

/** Values 0.02 apart in mixed order, 0.01 from every multiple of 0.02: across kinks, but not near them. */
function spread(...shape: number[]): Draw {
	const n = shape.reduce((a, b) => a * b);
	const values = Array.from({ length: n }, (_, i) =>
		Math.fround((((i * 617) % n) - Math.floor(n / 2) + 0.5) / 50),
	);
	return exactly(values, shape);
}

const positive = (...shape: number[]) => uniform(0.2, 5, ...shape);
const wide = (...shape: number[]) => uniform(-6, 12, ...shape);

const plain: [op: typeof k.exp, draw: typeof normal][] = [
	[k.exp, wide],
	[k.log, positive],
	[k.sqrt, positive],
	[k.abs, awayFromZero],
	[k.sign, awayFromZero],
	[k.erf, normal],
	[smooth.sigmoid, wide],
	[smooth.tanh, normal],
	[smooth.silu, wide],
	[bent.relu6, spread],
	[bent.hardSwish, spread],
];

const grads: [op: typeof smooth.tanhInputGrad, draw: typeof normal][] = [
	[smooth.sigmoidInputGrad, (...shape) => uniform(0, 1, ...shape)],
	[smooth.tanhInputGrad, (...shape) => uniform(-1, 2, ...shape)],
	[smooth.siluInputGrad, wide],
	[bent.relu6InputGrad, spread],
	[bent.hardSwishInputGrad, spread],
];

const tanhForm = { approximate: "tanh" };
const limits = { min: -0.5, max: 1.5 };

export const cases: Case[] = [
	...plain.flatMap(([op, draw]) => [
		...shapes.map((shape) => row(op, { x: draw(...shape) })),
		fails(op, { x: normal(2) }, { slope: 1 }, "unknown attribute slope"),
		timed(op, { x: draw(...large) }),
	]),
	...grads.flatMap(([op, draw]) => [
		...shapes.map((shape) =>
			row(op, { x: draw(...shape), dy: normal(...shape) }),
		),
		fails(
			op,
			{ x: normal(2, 3), dy: normal(3, 2) },
			{},
			"dy is [3,2] but must be [2,3], the shape of x",
		),
		timed(op, { x: draw(...large), dy: normal(...large) }),
	]),

	...[{}, tanhForm].flatMap((attrs) => [
		...shapes.flatMap((shape) => [
			row(smooth.gelu, { x: wide(...shape) }, attrs),
			row(
				smooth.geluInputGrad,
				{ x: wide(...shape), dy: normal(...shape) },
				attrs,
			),
		]),
		timed(smooth.gelu, { x: normal(...large) }, attrs),
		timed(
			smooth.geluInputGrad,
			{ x: normal(...large), dy: normal(...large) },
			attrs,
		),
	]),
	fails(
		smooth.gelu,
		{ x: normal(2) },
		{ approximate: "erf" },
		'approximate erf must be "none" or "tanh"',
	),
	fails(
		smooth.geluInputGrad,
		{ x: normal(2), dy: normal(3) },
		{},
		"dy is [3] but must be [2], the shape of x",
	),

	...shapes.flatMap((shape) => [
		row(bent.clamp, { x: spread(...shape) }, limits),
		row(bent.clamp, { x: spread(...shape) }, { max: 0.5 }),
		row(bent.clamp, { x: spread(...shape) }, { min: 0 }),
		row(
			bent.clampInputGrad,
			{ x: spread(...shape), dy: normal(...shape) },
			limits,
		),
		row(bent.elu, { x: awayFromZero(...shape) }),
		row(bent.elu, { x: awayFromZero(...shape) }, { alpha: 0.3 }),
		row(bent.eluInputGrad, { x: spread(...shape), dy: normal(...shape) }),
		row(
			bent.eluInputGrad,
			{ x: spread(...shape), dy: normal(...shape) },
			{ alpha: 0.3 },
		),
	]),
	row(bent.clamp, { x: normal(7) }),
	row(bent.clampInputGrad, { x: normal(7), dy: normal(7) }, { max: 9 }),
	fails(
		bent.clamp,
		{ x: normal(2) },
		{ min: 2, max: 1 },
		"min 2 must be at most max 1",
	),
	fails(
		bent.clampInputGrad,
		{ x: normal(2), dy: normal(2) },
		{ min: Number.NaN },
		"min NaN must be at most max Infinity",
	),
	fails(
		bent.elu,
		{ x: normal(2) },
		{ alpha: -1 },
		"alpha -1 must be a finite number of at least 0",
	),
	fails(
		bent.eluInputGrad,
		{ x: normal(2), dy: normal(1) },
		{},
		"dy is [1] but must be [2], the shape of x",
	),
	timed(bent.clamp, { x: normal(...large) }, limits),
	timed(bent.elu, { x: normal(...large) }),
];
