import {
	leakyRelu,
	leakyReluInputGrad,
	relu,
	reluInputGrad,
} from "../../src/kernels/activation.ts";
import { awayFromZero, type Case, fails, normal, row, timed } from "../case.ts";

const shapes = [[1], [5, 59], [3, 7, 11, 5], [2, 512]];
const large = [4, 64, 64, 32];

export const cases: Case[] = [
	...shapes.flatMap((shape) => [
		row(relu, { x: awayFromZero(...shape) }),
		row(leakyRelu, { x: awayFromZero(...shape) }),
		row(leakyRelu, { x: awayFromZero(...shape) }, { slope: 0.01 }),
		row(reluInputGrad, { x: awayFromZero(...shape), dy: normal(...shape) }),
		row(leakyReluInputGrad, {
			x: awayFromZero(...shape),
			dy: normal(...shape),
		}),
		row(
			leakyReluInputGrad,
			{ x: awayFromZero(...shape), dy: normal(...shape) },
			{ slope: 0.2 },
		),
	]),
	fails(
		leakyRelu,
		{ x: normal(2) },
		{ slope: -0.1 },
		"slope -0.1 must be in 0..1",
	),
	fails(relu, { x: normal(2) }, { slope: 0.1 }, "unknown attribute slope"),
	fails(
		reluInputGrad,
		{ x: normal(2, 3), dy: normal(3, 2) },
		{},
		"dy is [3,2] but must be [2,3], the shape of x",
	),
	fails(
		leakyReluInputGrad,
		{ x: normal(2, 3), dy: normal(2) },
		{},
		"dy is [2] but must be [2,3], the shape of x",
	),
	timed(relu, { x: normal(...large) }),
	timed(leakyRelu, { x: normal(...large) }),
	timed(reluInputGrad, { x: normal(...large), dy: normal(...large) }),
	timed(leakyReluInputGrad, { x: normal(...large), dy: normal(...large) }),
];
