import fc from "fast-check";
import type { Device, Tensor } from "../src/engine/index.ts";
import {
	add,
	avgPool,
	batchNorm,
	concat,
	convTranspose2d,
	logSoftmax,
	matmul,
	max,
	maxPool,
	mul,
	slice,
	softmax,
	sum,
	transpose,
	upsampleBilinear,
	upsampleNearest,
	where,
} from "../src/kernels/index.ts";
import { randomTensor, seeds } from "./random-convolutions.ts";

/** A call with random shapes and attributes; `run` gives its results on a device. */
export interface RandomCall {
	readonly name: string;
	readonly shapes: readonly (readonly number[])[];
	readonly attrs: object;
	readonly seed: number;
	run(inputs: readonly Tensor[]): Tensor;
}

/** Inputs of a call, the same on every device. */
export function drawCall(c: RandomCall, device: Device): Tensor[] {
	return c.shapes.map((shape, i) =>
		randomTensor([...shape], c.seed + i, device),
	);
}

const extent = fc.integer({ min: 1, max: 13 });
/** Odd, in fours, and more than a workgroup's. */
const channels = fc.constantFrom(1, 3, 4, 5, 8, 11, 16, 59, 68);
const image = fc.tuple(
	fc.integer({ min: 1, max: 3 }),
	extent,
	extent,
	channels,
);
const shape = fc.array(extent, { minLength: 1, maxLength: 4 });

/** A shape and one that broadcasts against it. */
const broadcast = fc
	.tuple(
		shape,
		fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
		fc.nat(3),
	)
	.map(([s, ones, drop]) => [
		s,
		s.map((d, i) => (ones[i] ? 1 : d)).slice(Math.min(drop, s.length)),
	]);

const pooling = fc.record({
	size: fc.tuple(
		fc.integer({ min: 1, max: 4 }),
		fc.integer({ min: 1, max: 4 }),
	),
	stride: fc.integer({ min: 1, max: 3 }),
	padding: fc.constantFrom("same" as const, "valid" as const),
});

const transposed = fc.record({
	stride: fc.integer({ min: 1, max: 3 }),
	dilation: fc.integer({ min: 1, max: 2 }),
	padding: fc.constantFrom("same" as const, "valid" as const),
});

const call = <A extends object>(
	name: string,
	shapes: fc.Arbitrary<readonly (readonly number[])[]>,
	attrs: fc.Arbitrary<A>,
	run: (inputs: readonly Tensor[], attrs: A) => Tensor,
): fc.Arbitrary<RandomCall> =>
	fc.record({ shapes, attrs, seed: seeds }).map((c) => ({
		...c,
		name,
		run: (inputs) => run(inputs, c.attrs),
	}));

const none = fc.constant({});
const one = (s: fc.Arbitrary<readonly number[]>) => s.map((x) => [x]);
const windowed = one(
	image.map(([n, h, w, c]): [number, number, number, number] => [
		n,
		h + 3,
		w + 3,
		c,
	]),
);

/** Calls of every family that a network is made of, convolutions apart. */
export const randomCalls: fc.Arbitrary<RandomCall> = fc.oneof(
	call("add", broadcast, none, ([a, b]) => add(a, b)),
	call("mul, exchanged", broadcast, none, ([a, b]) => mul(b, a)),
	call("where", broadcast, none, ([a, b]) => where(a, b, mul(a, a))),
	call("maxPool", windowed, pooling, ([x], attrs) => maxPool(x, attrs)),
	call("avgPool", windowed, pooling, ([x], attrs) => avgPool(x, attrs)),
	call(
		"convTranspose2d",
		fc
			.tuple(image, fc.tuple(extent, extent), channels)
			.map(([x, , o]) => [
				x.map((d, i) => (i === 3 ? Math.min(d, 16) : d)),
				[3, 2, Math.min(o, 16), Math.min(x[3], 16)],
			]),
		transposed,
		([x, w], attrs) => convTranspose2d(x, w, attrs),
	),
	call(
		"upsampleNearest",
		one(image),
		fc.record({ size: fc.tuple(extent, extent) }),
		([x], attrs) => upsampleNearest(x, attrs),
	),
	call(
		"upsampleBilinear",
		one(image),
		fc.record({ size: fc.tuple(extent, extent) }),
		([x], attrs) => upsampleBilinear(x, attrs),
	),
	call(
		"batchNorm",
		image.map((x) => [x, [x[3]], [x[3]]]),
		none,
		([x, gamma, beta]) => batchNorm(x, gamma, beta),
	),
	call("softmax", one(shape), none, ([x]) => softmax(x)),
	call("logSoftmax, first axis", one(shape), none, ([x]) =>
		logSoftmax(x, { axis: 0 }),
	),
	call("sum, first axis", one(shape), none, ([x]) => sum(x, { axes: [0] })),
	call("max, last axis", one(shape), none, ([x]) =>
		max(x, { axes: [-1], keepDims: true }),
	),
	call("transpose", one(shape), none, ([x]) => transpose(x)),
	call(
		"concat and slice",
		fc.tuple(image, channels).map(([x, c]) => [x, [x[0], x[1], x[2], c]]),
		none,
		([a, b]) => slice(concat(a, b), { start: a.shape[3] - 1, size: 2 }),
	),
	call(
		"matmul",
		fc.tuple(extent, extent, channels, channels).map(([n, m, k, p]) => [
			[n, m, k],
			[k, p],
		]),
		none,
		([a, b]) => matmul(a, b),
	),
);
