import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	grad,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../src/engine/index.ts";
import * as k from "../src/kernels/index.ts";
import { uniformNumbers } from "./rows.ts";

// A gradient is differentiable where its rule is made of differentiable ops. Here the gradient of
// sum(c * f(x)^2), along c, is differentiated once more and held to finite differences.

const device = cpuDevice();
const SHAPE = [3, 4, 6];
const COUNT = 72;

function draw(seed: number, shape: readonly number[]): Tensor {
	const random = uniformNumbers(seed);
	const count = shape.reduce((a, b) => a * b, 1);
	return tensor(
		Float64Array.from({ length: count }, () => 2 * random() - 1),
		shape,
		{ device },
	);
}

const weights = draw(4, [6, 5]);
const [gamma, beta] = [draw(5, [6]), draw(6, [6])];
const labels = tensor(Int32Array.from([2, 0, 2, 1]), [4], { device });

const functions: [string, (x: Tensor) => Tensor][] = [
	["reshape", (x) => k.reshape(x, { shape: [6, -1] })],
	["transpose", (x) => k.transpose(x, { axes: [2, 0, 1] })],
	["gather", (x) => k.gather(x, labels)],
	["max", (x) => k.max(x, { axes: [0, 2] })],
	["min", (x) => k.min(x, { axes: [1] })],
	["softmax", (x) => k.softmax(x, { axis: 1 })],
	["logSoftmax", (x) => k.logSoftmax(x)],
	["variance", (x) => k.variance(x, { axes: [0, 1], correction: 1 })],
	["matmul, left", (x) => k.matmul(x, weights)],
	[
		"matmul, right",
		(x) => k.matmul(weights, x, { transposeA: true, transposeB: true }),
	],
	["matmul, both", (x) => k.matmul(x, x, { transposeB: true })],
	["layerNorm", (x) => k.layerNorm(x, gamma, beta)],
	["instanceNorm", (x) => k.instanceNorm(x, gamma, beta)],
	["groupNorm", (x) => k.groupNorm(x, gamma, beta, { groups: 2 })],
	["layerNorm, gamma", (x) => k.layerNorm(weightsLike(x), firstLine(x), beta)],
	["dropout", (x) => k.dropout(x, { seed: 3 })],
];

describe("second derivatives agree with finite differences", () => {
	test.each(functions)("%s", async (_, f) => {
		const x = draw(1, SHAPE);
		const covector = draw(2, f(x).shape);
		const direction = draw(3, SHAPE);
		const slope = (t: Tensor) => {
			const dx = grad((u: Tensor) => {
				const y = f(u);
				return k.sum(k.mul(covector, k.mul(y, y)));
			})(t);
			return k.sum(k.mul(dx, direction));
		};
		const second = Float64Array.from(await valueAndGrad(slope)(x).grads.data());
		const values = await x.data();
		// Of an extreme nearly all are 0: the largest is looked at too.
		const largest = second.reduce(
			(top, v, i) => (Math.abs(v) > Math.abs(second[top]) ? i : top),
			0,
		);
		for (const i of [0, 29, 71, largest]) {
			const at = (h: number) => {
				const moved = Float64Array.from(values, (v, j) =>
					i === j ? v + h : v,
				);
				return slope(tensor(moved, SHAPE, { device })).item();
			};
			const numeric = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
			expect(second).toHaveLength(COUNT);
			expect(second[i]).toBeCloseTo(numeric, 5);
		}
	});
});

function weightsLike(x: Tensor): Tensor {
	return draw(7, x.shape);
}

function firstLine(x: Tensor): Tensor {
	const rows = k.reshape(x, { shape: [12, 6] });
	return k.slice(rows, { axis: 0, start: 0, size: 1, keepDims: false });
}
