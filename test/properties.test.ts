import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	type Tensor,
	tensor,
	valueAndGrad,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import {
	add,
	avgPool,
	conv2d,
	conv2dInputGrad,
	conv2dWeightGrad,
	convTranspose2d,
	mul,
	scale,
	softmax,
	sum,
	upsampleNearest,
} from "../src/kernels/index.ts";
import { describeOnGpus } from "./gpu.ts";
import { withEveryVariant } from "./oracle/every-variant.ts";
import { drawCall, type RandomCall, randomCalls } from "./random-calls.ts";
import {
	type ConvCall,
	channelCounts,
	convCalls,
	drawConvolution,
	extentPairs,
	randomTensor,
	seeds,
} from "./random-convolutions.ts";

/** The same calls in every run; fast-check prints the seed and the smallest call that fails. */
const SEED = 20240131;

const cpu = cpuDevice();

describe("convolution in float64", () => {
	property(
		"<conv2d(x, w), y> = <x, convTranspose2d(y, w)>",
		convCalls.map(reachable),
		async (c) => {
			const { x, w, dy } = drawConvolution(c, cpu);
			const found = await dot(conv2d(x, w, c.window), dy);
			const shortest = transposedSize(c, dy.shape);
			const missing = [x.shape[1] - shortest[0], x.shape[2] - shortest[1]];
			const back = convTranspose2d(dy, w, undefined, {
				...c.window,
				outputPadding: [missing[0], missing[1]],
			});
			expect(await dot(x, back)).toBeCloseTo(found, 9);
		},
	);

	property(
		"<conv2d(x, w), y> = <w, conv2dWeightGrad(x, y)>",
		convCalls,
		async (c) => {
			const { x, w, dy } = drawConvolution(c, cpu);
			const kernel = [c.w[0], c.w[1]] as const;
			const back = conv2dWeightGrad(x, dy, { ...c.window, kernel });
			const found = await dot(conv2d(x, w, c.window), dy);
			expect(await dot(w, back)).toBeCloseTo(found, 9);
		},
	);

	property("conv2d is linear in x and in w", convCalls, async (c) => {
		const { x, w } = drawConvolution(c, cpu);
		const other = drawConvolution({ ...c, seed: c.seed + 1 }, cpu);
		const combine = (a: Tensor, b: Tensor) => add(scale(a, { by: -2.5 }), b);
		const of = (x: Tensor, w: Tensor) => conv2d(x, w, c.window);
		const inX = combine(of(x, w), of(other.x, w));
		const inW = combine(of(x, w), of(x, other.w));
		expect(await distance(of(combine(x, other.x), w), inX)).toBeLessThan(1e-12);
		expect(await distance(of(x, combine(w, other.w)), inW)).toBeLessThan(1e-12);
	});

	property(
		"a 1x1 convolution is a matrix product",
		fc.record({
			size: extentPairs(6),
			into: channelCounts,
			out: channelCounts,
			seed: seeds,
		}),
		async ({ size, into, out, seed }) => {
			const x = randomTensor([1, ...size, into], seed, cpu);
			const w = randomTensor([1, 1, into, out], seed + 1, cpu);
			const [y, a, b] = await Promise.all(
				[conv2d(x, w), x, w].map((t) => t.data()),
			);
			y.forEach((v, i) => {
				const [r, o] = [Math.floor(i / out), i % out];
				let expected = 0;
				for (let k = 0; k < into; k++)
					expected += a[r * into + k] * b[k * out + o];
				expect(v).toBeCloseTo(expected, 12);
			});
		},
	);
});

describe("other ops in float64", () => {
	property(
		"softmax sums to 1 and does not see a constant",
		fc.record({
			rows: fc.integer({ min: 1, max: 9 }),
			classes: fc.integer({ min: 1, max: 40 }),
			shift: fc.integer({ min: -1000, max: 1000 }),
			seed: seeds,
		}),
		async ({ rows, classes, shift, seed }) => {
			const x = randomTensor([rows, classes], seed, cpu);
			const y = softmax(x);
			for (const total of await sum(y, { axes: [-1] }).data()) {
				expect(total).toBeCloseTo(1, 12);
			}
			const moved = softmax(add(x, tensor(shift, [], { device: cpu })));
			expect(await distance(moved, y)).toBeLessThan(1e-12);
		},
	);

	property(
		"upsampling, then the average of each block, changes nothing",
		fc.record({
			batch: fc.integer({ min: 1, max: 3 }),
			size: extentPairs(6),
			channels: channelCounts,
			factor: fc.integer({ min: 1, max: 4 }),
			seed: seeds,
		}),
		async ({ batch, size, channels, factor, seed }) => {
			const x = randomTensor([batch, ...size, channels], seed, cpu);
			const large = upsampleNearest(x, { factor });
			const back = avgPool(large, { size: factor, stride: factor });
			expect(await distance(back, x)).toBeLessThan(1e-14);
		},
	);
});

await describeOnGpus((open) => {
	let device: WebgpuDevice;
	beforeAll(async () => {
		device = await open();
	});
	afterAll(() => device?.destroy());

	property(
		"conv2d and its gradients agree with float64 in every variant",
		convCalls,
		async (c) => {
			const expected = await convolutionResults(c, cpu);
			const problems = await withEveryVariant(device, async () => {
				const found = await convolutionResults(c, device);
				return Object.keys(found).filter(
					(name) => !(error(found[name], expected[name]) < 1e-5),
				);
			});
			expect(problems).toEqual([]);
		},
	);
});

await describeOnGpus((open) => {
	let device: WebgpuDevice;
	beforeAll(async () => {
		device = await open();
	});
	afterAll(() => device?.destroy());

	property(
		"any call and its gradients agree with float64 in every variant",
		randomCalls,
		async (c) => {
			const expected = await callResults(c, cpu);
			const problems = await withEveryVariant(device, async () => {
				const found = await callResults(c, device);
				return Object.keys(found).filter(
					// All numbers are of size 1; a gradient may cancel to nothing.
					(name) => !(error(found[name], expected[name], 1) < 2e-5),
				);
			});
			expect(problems).toEqual([]);
		},
	);
});

/** A call's result and the gradients of its sum with random weights, by name. */
async function callResults(
	c: RandomCall,
	device: Device,
): Promise<Record<string, ArrayLike<number>>> {
	const { value, grads } = valueAndGrad((inputs: Tensor[]) => {
		const y = c.run(inputs);
		const weights = randomTensor(y.shape, c.seed - 1, device);
		return { loss: sum(mul(y, weights)), y };
	})(drawCall(c, device));
	const found: Record<string, ArrayLike<number>> = { y: await value.y.data() };
	for (const [i, g] of grads.entries()) found[`input ${i}`] = await g.data();
	return found;
}

/** A test of a property with random calls. */
function property<T>(
	name: string,
	arbitrary: fc.Arbitrary<T>,
	check: (value: T) => Promise<void>,
): void {
	test(name, () =>
		fc.assert(fc.asyncProperty(arbitrary, check), { seed: SEED, numRuns: 100 }),
	);
}

/** With padding "same" the transposed convolution gives multiples of the stride only. */
function reachable(c: ConvCall): ConvCall {
	if (c.window.padding !== "same") return c;
	const [n, h, w, channels] = c.x;
	const [v, u] = c.window.stride;
	return { ...c, x: [n, Math.ceil(h / v) * v, Math.ceil(w / u) * u, channels] };
}

/** The least height and width that the convolution takes to the size of `dy`. */
function transposedSize(
	{ x, w, window }: ConvCall,
	dy: readonly number[],
): [number, number] {
	const { padding, stride, dilation } = window;
	if (padding === "same") return [x[1], x[2]];
	const p = padding === "valid" ? 0 : padding;
	const pads = typeof p === "number" ? [p, p, p, p] : p;
	const extent = (i: 0 | 1) =>
		(dy[1 + i] - 1) * stride[i] +
		dilation[i] * (w[i] - 1) +
		1 -
		pads[2 * i] -
		pads[2 * i + 1];
	return [extent(0), extent(1)];
}

/** What a convolution and its gradients give on a device. */
async function convolutionResults(
	c: ConvCall,
	device: Device,
): Promise<Record<string, ArrayLike<number>>> {
	const { x, w, b, dy } = drawConvolution(c, device);
	const { window } = c;
	const [y, biased, dx, dw] = await Promise.all(
		[
			conv2d(x, w, window),
			conv2d(x, w, b, window),
			conv2dInputGrad(dy, w, { ...window, size: [c.x[1], c.x[2]] }),
			conv2dWeightGrad(x, dy, { ...window, kernel: [c.w[0], c.w[1]] }),
		].map((t) => t.data()),
	);
	return { y, biased, dx, dw };
}

/** Largest difference relative to the largest value, which counts as at least `least`. */
function error(
	found: ArrayLike<number>,
	expected: ArrayLike<number>,
	least = 0,
): number {
	let [worst, largest] = [0, least];
	for (let i = 0; i < expected.length; i++) {
		worst = Math.max(worst, Math.abs(found[i] - expected[i]));
		largest = Math.max(largest, Math.abs(expected[i]));
	}
	return found.length === expected.length ? worst / (largest || 1) : Number.NaN;
}

async function distance(a: Tensor, b: Tensor): Promise<number> {
	expect(a.shape).toEqual(b.shape);
	return error(await a.data(), await b.data());
}

function dot(a: Tensor, b: Tensor): Promise<number> {
	return sum(mul(a, b)).item();
}
