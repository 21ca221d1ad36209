import { describe, expect, test } from "vitest";
import { cpuDevice, type Device, tensor } from "../src/engine/index.ts";
import {
	groupNorm,
	instanceNorm,
	layerNorm,
	variance,
} from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";
import { uniformNumbers } from "./rows.ts";

const CHANNELS = 6;
const PIXELS = 35;

/** A norm by its definition: `setOf` names the set of values that an element is normalised with. */
function expected(
	x: Float64Array,
	gamma: Float64Array,
	beta: Float64Array,
	epsilon: number,
	setOf: (image: number, pixel: number, channel: number) => string,
): number[] {
	const names = [...x.keys()].map((i) =>
		setOf(
			Math.floor(i / CHANNELS / PIXELS),
			Math.floor(i / CHANNELS) % PIXELS,
			i % CHANNELS,
		),
	);
	const sets = new Map<string, number[]>();
	names.forEach((name, i) => {
		sets.set(name, [...(sets.get(name) ?? []), x[i]]);
	});
	const moments = new Map(
		[...sets].map(([name, values]) => {
			const mean = values.reduce((a, b) => a + b) / values.length;
			const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
			return [name, { mean, variance: squares / values.length }];
		}),
	);
	return [...x].map((v, i) => {
		const set = moments.get(names[i]);
		if (!set) throw new Error("no set");
		const deviation = Math.sqrt(set.variance + epsilon);
		const c = i % CHANNELS;
		return ((v - set.mean) / deviation) * gamma[c] + beta[c];
	});
}

function draw(count: number, seed: number): Float64Array {
	const random = uniformNumbers(seed);
	return Float64Array.from({ length: count }, () =>
		Math.fround(4 * random() - 1),
	);
}

const x = draw(2 * PIXELS * CHANNELS, 1);
const gamma = draw(CHANNELS, 2);
const beta = draw(CHANNELS, 3);

function checks(open: () => Device): void {
	const tensors = () => {
		const device = open();
		return [
			tensor(x, [2, 5, 7, CHANNELS], { device }),
			tensor(gamma, [CHANNELS], { device }),
			tensor(beta, [CHANNELS], { device }),
		] as const;
	};
	const close = (found: ArrayLike<number>, wanted: number[]) => {
		expect(found).toHaveLength(wanted.length);
		wanted.forEach((v, i) => {
			expect(found[i]).toBeCloseTo(v, 4);
		});
	};
	test("layerNorm", async () => {
		const y = await layerNorm(...tensors()).data();
		close(
			y,
			expected(x, gamma, beta, 1e-3, (n, p) => `${n} ${p}`),
		);
	});
	test("instanceNorm", async () => {
		const y = await instanceNorm(...tensors(), { epsilon: 0.1 }).data();
		close(
			y,
			expected(x, gamma, beta, 0.1, (n, _, c) => `${n} ${c}`),
		);
	});
	test("groupNorm", async () => {
		const y = await groupNorm(...tensors(), { groups: 2 }).data();
		const set = (n: number, _: number, c: number) => `${n} ${c < 3}`;
		close(y, expected(x, gamma, beta, 1e-3, set));
	});
	test("variance, biased and not", async () => {
		const device = open();
		const t = tensor([1000.5, 3, 1001.5, 5, 1002.5, 10], [3, 2], { device });
		const of = async (attrs: object) => [
			...(await variance(t, { axes: [0], ...attrs }).data()),
		];
		close(await of({}), [2 / 3, 26 / 3]);
		close(await of({ correction: 1 }), [1, 13]);
		expect(variance(t, { axes: [1], keepDims: true }).shape).toEqual([3, 1]);
		expect(variance(t).shape).toEqual([]);
	});
}

describe("on the CPU", () => checks(cpuDevice));
await describeOnDevices(checks);

test("wrong calls are rejected by name", () => {
	const device = cpuDevice();
	const a = tensor(new Float64Array(24), [2, 2, 6], { device });
	const six = tensor(new Float64Array(6), [6], { device });
	const two = tensor(new Float64Array(2), [2], { device });
	expect(() => layerNorm(a, two, six)).toThrow(
		"layerNorm: gamma is [2] but must be [6], a value per channel of x",
	);
	expect(() => instanceNorm(a, six, two)).toThrow(
		"instanceNorm: beta is [2] but must be [6]",
	);
	expect(() => groupNorm(a, six, six)).toThrow(
		"groupNorm: 32 groups do not divide the 6 channels of x [2,2,6]",
	);
	expect(() => layerNorm(six, six, six)).toThrow(
		"layerNorm: x [6] must be [N, ..., C] of rank 2 or more",
	);
	expect(() => variance(two, { correction: 2 })).toThrow(
		"variance: correction 2 must be at least 0 and below the number of values, 2",
	);
});
