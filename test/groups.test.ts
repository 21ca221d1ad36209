import { expect, test } from "vitest";
import { cpuDevice, type Tensor, tensor } from "../src/engine/index.ts";
import {
	concat,
	conv2d,
	convTranspose2d,
	slice,
} from "../src/kernels/index.ts";
import { uniformNumbers } from "./rows.ts";

const device = cpuDevice();
const random = uniformNumbers(5);
const draw = (...shape: number[]) =>
	tensor(
		Float64Array.from({ length: shape.reduce((a, b) => a * b) }, random),
		shape,
		{ device },
	);
const values = async (t: Tensor) => [...(await t.data())];
const part = (t: Tensor, axis: number, k: number, size: number) =>
	slice(t, { axis, start: k * size, size });

test("a convolution in groups is one convolution per group", async () => {
	const x = draw(2, 6, 5, 6);
	const w = draw(3, 3, 3, 4);
	const b = draw(4);
	const y = conv2d(x, w, b, { groups: 2, stride: 2, padding: "same" });
	const apart = [0, 1].map((k) =>
		conv2d(part(x, 3, k, 3), part(w, 3, k, 2), part(b, 0, k, 2), {
			stride: 2,
			padding: "same",
		}),
	);
	expect(await values(y)).toEqual(
		await values(concat(apart[0], apart[1], { axis: 3 })),
	);
});

test("a transposed convolution in groups is one per group", async () => {
	const x = draw(2, 4, 5, 6);
	const w = draw(2, 2, 2, 6);
	const b = draw(4);
	const y = convTranspose2d(x, w, b, { groups: 2, stride: 2 });
	expect(y.shape).toEqual([2, 8, 10, 4]);
	const apart = [0, 1].map((k) =>
		convTranspose2d(part(x, 3, k, 3), part(w, 3, k, 3), part(b, 0, k, 2), {
			stride: 2,
		}),
	);
	expect(await values(y)).toEqual(
		await values(concat(apart[0], apart[1], { axis: 3 })),
	);
});
