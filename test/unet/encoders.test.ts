import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	scope,
	tensor,
} from "../../src/engine/index.ts";
import {
	densenet121,
	encoderResults,
	encoderSize,
	encoderTensors,
	loadEncoder,
	mobilenetV2,
	randomEncoder,
} from "../../src/unet/encoders/index.ts";
import { heNormal, type StoredTensor } from "../../src/unet/index.ts";
import { describeOnDevices } from "../gpu.ts";

const encoders = [densenet121, mobilenetV2];
const image = heNormal([1, 1, 2, (3 * 32 * 32) / 2], 1, 1);

describe("encoders", () => {
	test("have Keras's number of values without top", () => {
		expect(encoders.map((e) => encoderSize(e))).toEqual([7_037_504, 2_257_984]);
	});

	test("have Keras's names, layouts and channels", () => {
		const [dense, mobile] = encoders.map((e) => encoderTensors(e));
		expect(dense.channels).toEqual([64, 256, 512, 1024, 1024]);
		expect(mobile.channels).toEqual([96, 144, 192, 576, 1280]);
		const shapes = new Map(
			[...dense.tensors, ...mobile.tensors].map((t) => [t.name, t.shape]),
		);
		expect(shapes.get("conv1/conv/kernel")).toEqual([7, 7, 3, 64]);
		expect(shapes.get("conv5_block16_2_conv/kernel")).toEqual([3, 3, 128, 32]);
		expect(shapes.get("pool4_conv/kernel")).toEqual([1, 1, 1024, 512]);
		expect(shapes.get("bn/moving_variance")).toEqual([1024]);
		expect(shapes.get("block_16_depthwise/depthwise_kernel")).toEqual([
			3, 3, 960, 1,
		]);
		expect(shapes.get("Conv_1_bn/beta")).toEqual([1280]);
		expect(shapes.size).toBe(dense.tensors.length + mobile.tensors.length);
	});

	test("weights are checked by name and shape", () => {
		const device = cpuDevice();
		const stored = new Map<string, StoredTensor>(
			encoderTensors(mobilenetV2).tensors.map(({ name, shape }) => [
				name,
				{ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
			]),
		);
		const load = () => loadEncoder(mobilenetV2, stored, "w", { device });
		expect(load().tensors["Conv_1_bn/moments"].shape).toEqual([2, 1280]);
		const kernel = stored.get("Conv1/kernel") as StoredTensor;
		stored.set("Conv1/kernel", { ...kernel, shape: [3, 3, 32, 3] });
		expect(load).toThrow(
			"w: tensor Conv1/kernel is [3,3,32,3]; mobilenet-v2 needs [3,3,3,32]",
		);
		stored.delete("Conv1/kernel");
		expect(load).toThrow("w: tensor Conv1/kernel is missing");
	});
});

await describeOnDevices((device) => {
	test.each(encoders)("$name: results are those of float64", async (e) => {
		const run = (on: Device) =>
			scope(() =>
				encoderResults(
					randomEncoder(e, 1, { device: on }),
					tensor(image, [1, 32, 32, 3], { device: on }),
				),
			);
		const expected = run(cpuDevice());
		const found = run(device());
		expect(found.map((t) => t.shape.slice(1))).toEqual(
			encoderTensors(e).channels.map((c, i) => [16 >> i, 16 >> i, c]),
		);
		for (const [i, t] of expected.entries()) {
			const [a, b] = [await t.data(), await found[i].data()];
			let error = 0;
			let norm = 0;
			a.forEach((v, k) => {
				error += (v - b[k]) ** 2;
				norm += v ** 2;
			});
			expect(norm).toBeGreaterThan(0);
			expect(error / norm).toBeLessThan(1e-8);
		}
	});
});
