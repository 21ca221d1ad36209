import {
	adjustLossScale,
	unscaleGradient,
} from "../../src/kernels/loss-scale.ts";
import { type Case, exactly, fails, integers, normal, row } from "../case.ts";

const found = integers([0], [1]);
const overflow = integers([1], [1]);
const scaling = (scale: number, steps: number) => exactly([scale, steps], [2]);
/** A gradient with one odd value, near the end. */
const withValue = (value: number) =>
	exactly([...new Array(1000).fill(3), value, 1], [1002]);

export const cases: Case[] = [
	...[[1], [3, 3, 5, 59], [2, 512]].map((shape) =>
		row(unscaleGradient, {
			g: normal(...shape),
			found,
			scaling: scaling(2 ** 10, 5),
		}),
	),
	...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map(
		(value) =>
			row(unscaleGradient, {
				g: withValue(value),
				found,
				scaling: scaling(2, 0),
			}),
	),
	// What an earlier gradient found stays.
	row(unscaleGradient, {
		g: normal(7),
		found: overflow,
		scaling: scaling(0.5, 0),
	}),
	fails(
		unscaleGradient,
		{ g: normal(7), found: integers([0, 0], [2]), scaling: scaling(2, 0) },
		{},
		"found is [2] but must be [1], a flag",
	),
	fails(
		unscaleGradient,
		{ g: normal(7), found, scaling: normal(1) },
		{},
		"scaling is [1] but must be [2], scale and steps",
	),

	row(adjustLossScale, { scaling: scaling(2 ** 15, 7), found }),
	row(adjustLossScale, { scaling: scaling(2 ** 15, 7), found: overflow }),
	...[1, 2, 3].map((steps) =>
		row(
			adjustLossScale,
			{ scaling: scaling(64, steps), found },
			{ growAfter: 3 },
		),
	),
	row(
		adjustLossScale,
		{ scaling: scaling(8, 0), found: overflow },
		{ least: 8 },
	),
	row(
		adjustLossScale,
		{ scaling: scaling(8, 0), found },
		{ most: 8, growAfter: 1 },
	),
	fails(
		adjustLossScale,
		{ scaling: normal(3), found },
		{},
		"scaling is [3] but must be [2], scale and steps",
	),
	fails(
		adjustLossScale,
		{ scaling: scaling(8, 0), found },
		{ growAfter: 2.5 },
		"growAfter 2.5 must be a whole number",
	),
	fails(
		adjustLossScale,
		{ scaling: scaling(8, 0), found },
		{ least: 4, most: 2 },
		"least 4 must be in",
	),
];
