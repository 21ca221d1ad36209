import { expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../src/engine/index.ts";
import {
	batchNorm,
	moments,
	mul,
	softmaxCrossEntropy,
	sum,
} from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";
import { uniformNumbers } from "./rows.ts";

/** The weighted mean of PyTorch's CrossEntropyLoss, worked by hand; the last pixel is ignored. */
async function weightedMean(device: Device): Promise<void> {
	const logits = tensor(
		[
			[1, 2, 3],
			[1, 2, 3],
			[0, 0, 0],
			[9, 9, 9],
		],
		undefined,
		{ device },
	);
	const labels = tensor(Int32Array.from([2, 0, 1, 255]), [4], { device });
	const weights = tensor([1, 2, 3], [3], { device });
	const { value, grads } = valueAndGrad((x: Tensor) =>
		softmaxCrossEntropy(x, labels, { weights, ignore: 255 }),
	)(logits);
	const z = Math.log(Math.E + Math.E ** 2 + Math.E ** 3);
	const loss = (3 * (z - 3) + (z - 1) + 2 * Math.log(3)) / 6;
	expect(await value.item()).toBeCloseTo(loss, 5);
	const g = await grads.data();
	expect(g[6]).toBeCloseTo(2 / 6 / 3, 6);
	expect([...g.slice(9)]).toEqual([0, 0, 0]);
}

async function everyPixelIgnored(device: Device): Promise<void> {
	const logits = tensor([1, 2, 3, 4], [2, 2], { device });
	const labels = tensor(Int32Array.from([-100, -100]), [2], { device });
	const { value, grads } = valueAndGrad((x: Tensor) =>
		softmaxCrossEntropy(x, labels),
	)(logits);
	expect(await value.item()).toBe(0);
	expect([...(await grads.data())]).toEqual([0, 0, 0, 0]);
}

async function labelThatIsNoClass(device: Device): Promise<void> {
	const logits = tensor([1, 2, 3, 4], [2, 2], { device });
	const labels = tensor(Int32Array.from([0, 2]), [2], { device });
	expect(await softmaxCrossEntropy(logits, labels).item()).toBeNaN();
}

/** Mean 100, deviation 0.1: a sum of squares in float32 would be wrong by its own size. */
async function smallVariance(device: Device): Promise<void> {
	const x = Float64Array.from({ length: 40000 }, (_, i) =>
		Math.fround(100 + 0.1 * Math.sin(i * 1.7)),
	);
	const found = await moments(tensor(x, [20000, 2], { device })).data();
	for (const c of [0, 1]) {
		const values = x.filter((_, i) => i % 2 === c);
		const mean = values.reduce((a, b) => a + b) / values.length;
		const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
		expect(found[c] / mean).toBeCloseTo(1, 6);
		expect(found[2 + c] / (squares / values.length)).toBeCloseTo(1, 5);
	}
}

const checks: [string, (device: Device) => Promise<void>][] = [
	["softmaxCrossEntropy: weighted mean, ignored pixel", weightedMean],
	["softmaxCrossEntropy: every pixel ignored", everyPixelIgnored],
	["softmaxCrossEntropy: a label that is no class", labelThatIsNoClass],
	["moments: a variance far below the mean", smallVariance],
];

test.each(checks)("%s, on the CPU", (_, check) => check(cpuDevice()));

await describeOnDevices((device) => {
	test.each(checks)("%s", (_, check) => check(device()));
});

test("batchNorm: the gradient goes through the moments too", async () => {
	const device = cpuDevice();
	const random = uniformNumbers(3);
	const draw = (...shape: number[]) =>
		tensor(
			Float64Array.from({ length: shape.reduce((a, b) => a * b) }, random),
			shape,
			{ device },
		);
	const [gamma, beta, covector, x] = [[3], [3], [4, 5, 3], [4, 5, 3]].map(
		(shape) => draw(...shape),
	);
	const loss = (t: Tensor) => sum(mul(batchNorm(t, gamma, beta), covector));
	const gradient = await valueAndGrad(loss)(x).grads.data();
	const values = await x.data();
	for (const i of [0, 17, 59]) {
		const at = (h: number) =>
			loss(
				tensor(
					Float64Array.from(values, (v, j) => (j === i ? v + h : v)),
					[4, 5, 3],
					{ device },
				),
			).item();
		const numeric = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
		expect(gradient[i]).toBeCloseTo(numeric, 7);
	}
});
