import { matmul } from "../../src/kernels/batched-matmul.ts";
import { type Case, fails, normal, row, timed } from "../case.ts";

// [M, K, N], the extents before a and before b.
const products: [
	m: number,
	k: number,
	n: number,
	a?: number[],
	b?: number[],
][] = [
	[1, 1, 1],
	[5, 7, 3],
	[33, 59, 35],
	// In fours, with rows that divide by 8 and that do not.
	[16, 8, 24],
	[12, 36, 20],
	[68, 12, 4, [3], [3]],
	// Columns in fours alone; above one workgroup of quads.
	[67, 13, 36, [3], [3]],
	// A long inner extent: split over chunks.
	[8, 3001, 12],
	// One b for every plane of a, one a for every plane of b, both.
	[4, 8, 12, [2, 3], []],
	[5, 3, 2, [2, 3], [1]],
	[4, 8, 12, [], [5]],
	[3, 5, 4, [2, 1, 3], [5, 1]],
	[3, 5, 2, [2, 1, 3], [1, 5, 1]],
	[2, 3, 1, [2, 1, 3, 2], [1, 2, 3, 1]],
];

const all = [false, true].flatMap((transposeA) =>
	[false, true].map((transposeB) => ({ transposeA, transposeB })),
);

function matrices(
	[m, k, n, a = [], b = []]: (typeof products)[number],
	attrs: { transposeA?: boolean; transposeB?: boolean } = {},
) {
	return {
		a: normal(...a, ...(attrs.transposeA ? [k, m] : [m, k])),
		b: normal(...b, ...(attrs.transposeB ? [n, k] : [k, n])),
	};
}

export const cases: Case[] = [
	...all.flatMap((attrs) =>
		products.map((p) => row(matmul, matrices(p, attrs), attrs)),
	),
	row(matmul, matrices([5, 7, 3])),
	fails(
		matmul,
		{ a: normal(3), b: normal(3, 2) },
		{},
		"a has rank 1 but must be a matrix or [..., rows, columns]",
	),
	fails(
		matmul,
		{ a: normal(2, 3), b: normal(3) },
		{},
		"b has rank 1 but must be a matrix",
	),
	fails(
		matmul,
		{ a: normal(2, 3), b: normal(2, 3) },
		{},
		"a has 3 columns but b has 2 rows",
	),
	fails(
		matmul,
		{ a: normal(2, 3), b: normal(2, 3) },
		{ transposeA: true, transposeB: true },
		"a has 2 columns but b has 3 rows, as transposed",
	),
	fails(
		matmul,
		{ a: normal(2, 5, 3), b: normal(4, 3, 2) },
		{},
		"shapes [2] and [4] do not broadcast",
	),
	fails(
		matmul,
		{ a: normal(2, 1, 3, 1, 3, 5), b: normal(1, 2, 1, 3, 5, 2) },
		{},
		"alternates over more than 4 dimensions",
	),
	timed(matmul, matrices([512, 512, 512])),
	timed(matmul, matrices([511, 513, 509])),
	...all.map((attrs) =>
		timed(matmul, matrices([256, 1024, 256, [4], [4]], attrs), attrs),
	),
	// A layer on 4 x 1024 tokens, and its weight gradient.
	timed(matmul, matrices([1024, 64, 256, [4], []])),
	timed(matmul, matrices([64, 4096, 256], { transposeA: true }), {
		transposeA: true,
	}),
];
