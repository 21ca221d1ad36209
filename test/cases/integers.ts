import { cast } from "../../src/kernels/cast.ts";
import { concat, slice } from "../../src/kernels/concat.ts";
import { gather } from "../../src/kernels/gather.ts";
import { reshape } from "../../src/kernels/reshape.ts";
import { transpose } from "../../src/kernels/transpose.ts";
import { where } from "../../src/kernels/where.ts";
import { crop, pad } from "../../src/kernels/window.ts";
import {
	type Case,
	type Draw,
	exactly,
	fails,
	integers,
	labels,
	normal,
	row,
	stored,
} from "../case.ts";

/** Whole numbers of all 32 bits, which no float holds. */
function wide(shape: number[], dtype: "i32" | "u32"): Draw {
	const low = dtype === "i32" ? -(2 ** 31) : 0;
	return {
		shape,
		dtype,
		fill: (random, count) => {
			const Words = dtype === "i32" ? Int32Array : Uint32Array;
			return new Words(count).map(() => Math.floor(low + random() * 2 ** 32));
		},
	};
}

const bytes = (...shape: number[]) => stored(labels(256, shape), "u8");

/** What moves values moves integers, bit for bit, four by four and one by one. */
export const cases: Case[] = [
	...(["i32", "u32"] as const).flatMap((dtype) => [
		row(concat, { a: wide([3, 5], dtype), b: wide([3, 2], dtype) }),
		row(concat, { a: wide([3, 4], dtype), b: wide([3, 8], dtype) }),
		row(slice, { x: wide([9, 7], dtype) }, { start: 2, size: 3 }),
		row(transpose, { x: wide([7, 11], dtype) }),
		row(transpose, { x: wide([3, 5, 8], dtype) }, { axes: [1, 0, 2] }),
		row(reshape, { x: wide([3, 4], dtype) }, { shape: [6, 2] }),
		row(crop, { x: wide([2, 6, 7, 1], dtype) }, { padding: [1, 2, 0, 3] }),
	]),
	row(
		pad,
		{ x: labels(5, [2, 6, 7, 1]) },
		{ padding: [1, 2, 0, 3], value: 255 },
	),
	row(pad, { x: labels(5, [1, 3, 5, 4]) }, { padding: [0, 1, 2, 0] }),
	row(reshape, { x: bytes(3, 5) }, { shape: [5, 3] }),
	fails(
		transpose,
		{ x: bytes(3, 5) },
		{},
		"u8 values are stored four to a word and cannot be moved; convert them with cast to i32",
	),
	fails(
		concat,
		{ a: wide([3], "i32"), b: wide([3], "u32") },
		{},
		"the inputs are i32 and u32; convert one with cast",
	),
	fails(
		concat,
		{ a: normal(3), b: wide([3], "i32") },
		{},
		"the inputs are f32 and i32; convert one with cast",
	),
	fails(
		gather,
		{ x: wide([3, 2], "i32"), indices: integers([0], [1]) },
		{},
		"x is i32 but must be f32; convert it with cast",
	),

	row(cast, { x: labels(1000, [3, 5], -7) }),
	row(cast, { x: wide([701], "u32") }),
	row(cast, { x: wide([3, 4], "i32") }),
	row(cast, { x: bytes(3, 5) }),
	row(cast, { x: bytes(700) }, { to: "i32" }),
	row(cast, { x: bytes(3) }, { to: "i32" }),
	row(cast, { x: wide([8], "u32") }, { to: "i32" }),
	row(cast, { x: wide([5], "i32") }, { to: "i32" }),
	row(
		cast,
		{ x: exactly([0.9, -0.9, 1.5, -2.5, 3e9, -3e9, 0], [7]) },
		{ to: "i32" },
	),

	// A mask as condition.
	row(where, {
		condition: stored(labels(2, [3, 5]), "u8"),
		a: normal(3, 5),
		b: normal(3, 5),
	}),
	row(where, {
		condition: stored(labels(2, [4, 1]), "u8"),
		a: normal(8),
		b: normal(4, 8),
	}),
	row(where, { condition: labels(3, [7]), a: normal(7), b: normal() }),
];
