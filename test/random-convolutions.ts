import fc from "fast-check";
import { type Device, type Tensor, tensor } from "../src/engine/index.ts";
import { conv2d, type Extents, type Padding } from "../src/kernels/index.ts";
import { uniformNumbers } from "./rows.ts";

/** A convolution that fits its input, and a seed for its numbers. */
export interface ConvCall {
	readonly x: readonly number[];
	readonly w: readonly number[];
	readonly window: {
		readonly stride: Extents;
		readonly dilation: Extents;
		readonly padding: Padding;
		readonly groups: number;
	};
	readonly seed: number;
}

/** Channel counts: half of them in fours, which have kernels of their own. */
export const channelCounts: fc.Arbitrary<number> = fc.oneof(
	fc.integer({ min: 1, max: 9 }),
	fc.constantFrom(4, 8, 12, 16),
);

/** Heights and widths from 1 to `most`. */
export const extentPairs = (most: number): fc.Arbitrary<[number, number]> =>
	fc.tuple(
		fc.integer({ min: 1, max: most }),
		fc.integer({ min: 1, max: most }),
	);

/** Seeds for `randomTensor`. */
export const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 30 });

/** 3x3 with stride 1 is half of all: it has the most kernels. */
const forms = fc.oneof(
	fc.record({
		kernel: fc.constant<[number, number]>([3, 3]),
		stride: fc.constant<[number, number]>([1, 1]),
		dilation: fc.constant<[number, number]>([1, 1]),
	}),
	fc.record({
		kernel: extentPairs(5),
		stride: extentPairs(3),
		dilation: extentPairs(2),
	}),
);

const pixels = fc.nat({ max: 3 });

const paddings: fc.Arbitrary<Padding> = fc.oneof(
	fc.constantFrom<Padding[]>("same", "valid", 0, 1, 2),
	fc.tuple(pixels, pixels, pixels, pixels),
);

/** Convolutions of every form. */
export const convCalls: fc.Arbitrary<ConvCall> = fc
	.record({
		batch: fc.integer({ min: 1, max: 3 }),
		size: extentPairs(17),
		into: channelCounts,
		out: channelCounts,
		form: forms,
		padding: paddings,
		groups: fc.constantFrom(1, 1, 1, 2, 3, 4, 8),
		seed: seeds,
	})
	.map(({ batch, size, into, out, form, padding, groups, seed }) => {
		// With groups the counts are about the same, so that there are few channels to each.
		const [c, o] = [into, out].map((n) => Math.ceil(n / groups));
		const { kernel, ...steps } = form;
		return {
			x: [batch, ...size, c * groups],
			w: [...kernel, c, o * groups],
			window: { ...steps, padding, groups },
			seed,
		};
	})
	.filter(fits);

function fits(c: ConvCall): boolean {
	try {
		outputShape(c);
		return true;
	} catch {
		return false;
	}
}

function outputShape({ x, w, window }: ConvCall): readonly number[] {
	const attrs = { ...conv2d.spec.defaults, ...window };
	return conv2d.spec.shape({ x, w, b: undefined }, attrs);
}

/** Numbers in [-1, 1), exact in float32. */
export function randomTensor(
	shape: readonly number[],
	seed: number,
	device: Device,
): Tensor {
	const random = uniformNumbers(seed);
	const count = shape.reduce((a, b) => a * b, 1);
	const values = Float64Array.from({ length: count }, () =>
		Math.fround(2 * random() - 1),
	);
	return tensor(values, shape, { device });
}

/** Inputs of a convolution and of its gradients. */
export function drawConvolution(c: ConvCall, device: Device) {
	return {
		x: randomTensor(c.x, c.seed, device),
		w: randomTensor(c.w, c.seed + 1e4, device),
		b: randomTensor(c.w.slice(3), c.seed + 2e4, device),
		dy: randomTensor(outputShape(c), c.seed + 3e4, device),
	};
}
