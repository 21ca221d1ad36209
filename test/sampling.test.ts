import { expect, test } from "vitest";
import { cpuDevice, type Tensor, tensor } from "../src/engine/index.ts";
import {
	avgPool,
	globalAvgPool,
	upsampleBilinear,
	upsampleNearest,
} from "../src/kernels/index.ts";

// Numbers worked by hand, so that the references, to which kernels are held,
// are held to something themselves.

const image = (rows: number[][]) =>
	tensor(rows.flat(), [1, rows.length, rows[0].length, 1], {
		device: cpuDevice(),
	});
const values = async (t: Tensor) => [...(await t.data())];

test("bilinear upsampling has half-pixel centres", async () => {
	const y = upsampleBilinear(image([[0, 4]]), { size: [1, 4] });
	expect(await values(y)).toEqual([0, 1, 3, 4]);
});

test("nearest upsampling takes the pixel that holds the centre", async () => {
	// Centres 0.3, 0.9, 1.5, 2.1, 2.7 in pixels of the input.
	const y = upsampleNearest(image([[7, 8, 9]]), { size: [1, 5] });
	expect(await values(y)).toEqual([7, 7, 8, 9, 9]);
});

test("padding does not count in an average", async () => {
	const x = image([
		[2, 4],
		[6, 8],
	]);
	const y = avgPool(x, { size: [2, 3], stride: 1, padding: [1, 0, 1, 1] });
	expect(await values(y)).toEqual([3, 3, 5, 5]);
});

test("global average pooling leaves batch and channels", async () => {
	const device = cpuDevice();
	const x = tensor([1, 10, 3, 20, 5, 30, 7, 40], [1, 2, 2, 2], { device });
	const y = globalAvgPool(x);
	expect(y.shape).toEqual([1, 2]);
	expect(await values(y)).toEqual([4, 25]);
});
