import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHalf, toHalf } from "../src/engine/half.ts";
import {
	cpuDevice,
	type Device,
	DeviceError,
	release,
	type Tensor,
	tensor,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import * as k from "../src/kernels/index.ts";
import { describeOnGpus } from "./gpu.ts";

describe("float16", () => {
	test.each([
		[0, 0],
		[-0, 0x8000],
		[1, 0x3c00],
		[-2, 0xc000],
		[65504, 0x7bff],
		[65520, 0x7c00],
		[2 ** -24, 1],
		[2 ** -25, 0],
		[1 + 2 ** -11, 0x3c00],
		[1 + 3 * 2 ** -11, 0x3c02],
		[2 ** -14, 0x0400],
		[Number.POSITIVE_INFINITY, 0x7c00],
	])("%f has the bits of IEEE 754", (value, bits) => {
		expect(toHalf(value)).toBe(bits);
	});
	test("every finite value survives the way there and back", () => {
		for (let bits = 0; bits < 0x10000; bits++) {
			const value = fromHalf(bits);
			if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
			else expect(toHalf(value)).toBe(bits);
		}
	});
});

/** Calls to run with every float stored as f16; inputs by shape. */
const calls: [string, (t: (...shape: number[]) => Tensor) => Tensor][] = [
	[
		"conv2d, Winograd",
		(t) => k.conv2d(t(1, 6, 7, 8), t(3, 3, 8, 12), t(12), { padding: "same" }),
	],
	[
		"conv2d, stride 2",
		(t) => k.conv2d(t(1, 7, 7, 4), t(3, 3, 4, 8), { stride: 2, padding: 1 }),
	],
	[
		"conv2d, any channels",
		(t) => k.conv2d(t(1, 5, 6, 3), t(3, 3, 3, 5), { padding: "same" }),
	],
	["conv2d, 1x1", (t) => k.conv2d(t(1, 5, 6, 8), t(1, 1, 8, 4))],
	[
		"conv2dInputGrad",
		(t) =>
			k.conv2dInputGrad(t(1, 6, 6, 8), t(2, 2, 4, 8), {
				stride: 2,
				size: [12, 12],
			}),
	],
	[
		"conv2dInputGrad, any channels",
		(t) =>
			k.conv2dInputGrad(t(1, 5, 6, 5), t(3, 3, 3, 5), {
				padding: "same",
				size: [5, 6],
			}),
	],
	[
		"conv2dWeightGrad",
		(t) =>
			k.conv2dWeightGrad(t(2, 6, 7, 8), t(2, 6, 7, 4), {
				padding: "same",
				kernel: [3, 3],
			}),
	],
	[
		"conv2dWeightGrad, any channels",
		(t) =>
			k.conv2dWeightGrad(t(1, 6, 7, 3), t(1, 6, 7, 5), {
				padding: "same",
				kernel: [3, 3],
			}),
	],
	[
		"normalize",
		(t) => k.normalize(t(2, 3, 5, 8), k.moments(t(4, 8)), t(8), t(8)),
	],
	["moments", (t) => k.moments(t(3, 5, 7))],
	["add", (t) => k.add(t(3, 5, 4), t(3, 5, 4))],
	["mul, broadcast", (t) => k.mul(t(3, 5, 4), t(4))],
	["relu", (t) => k.relu(t(5, 7))],
	["leakyRelu", (t) => k.leakyRelu(t(8, 8))],
	["maxPool", (t) => k.maxPool(t(1, 6, 6, 4))],
	["upsampleNearest", (t) => k.upsampleNearest(t(1, 3, 3, 5))],
	["concat", (t) => k.concat(t(2, 3, 4), t(2, 3, 8))],
	["sum", (t) => k.sum(t(7, 9), { axes: [0] })],
	["softmax", (t) => k.softmax(t(6, 11))],
	["cast to f32", (t) => k.cast(t(700), { to: "f32" })],
];

/** Inputs with values a float16 holds, the same on every device. */
function inputs(device: Device, dtype: "f16" | "f32") {
	let seed = 7;
	return (...shape: number[]) => {
		const values = Float32Array.from(
			{ length: shape.reduce((a, b) => a * b, 1) },
			() => {
				seed = (seed * 48271) % 2147483647;
				return fromHalf(toHalf((seed / 2147483647) * 4 - 2));
			},
		);
		return tensor(values, shape, { device, dtype });
	};
}

await describeOnGpus((open) => {
	let device: WebgpuDevice;
	const cpu = cpuDevice();
	beforeAll(async () => {
		device = await open();
	});
	afterAll(() => device.destroy());

	test("f16 tensors, or a sentence where the adapter has none", async () => {
		const make = () => tensor([1, 2.5, -3], [3], { device, dtype: "f16" });
		if (device.gpu.features.has("shader-f16")) {
			expect(Array.from(await make().data())).toEqual([1, 2.5, -3]);
		} else {
			expect(make).toThrow(DeviceError);
			expect(make).toThrow(/shader-f16/);
		}
	});

	// Long, because lavapipe compiles f16 kernels for seconds.
	test.each(calls)("f16: %s", { timeout: 120_000 }, async (name, call) => {
		if (!device.gpu.features.has("shader-f16")) return;
		const expected = await call(inputs(cpu, "f16")).data();
		let variants = 1;
		for (let v = 0; v < variants; v++) {
			device.choose = (_, all) => {
				variants = Math.max(variants, all.length);
				return all[Math.min(v, all.length - 1)];
			};
			const y = call(inputs(device, "f16"));
			device.choose = (_, all) => all[0];
			const found = await y.data();
			let difference = 0;
			let total = 0;
			expected.forEach((e, i) => {
				difference += (found[i] - e) ** 2;
				total += e ** 2;
			});
			// Half precision has 11 bits; sums are exact to f32 and rounded once.
			expect(difference / total, `variant ${v}`).toBeLessThan(1e-6);
			const wide = name.endsWith("f32") || name === "moments";
			expect(y.dtype).toBe(wide ? "f32" : "f16");
			release(y);
		}
	});

	test("labels stored as u8 and u32 give what i32 gives", async () => {
		const logits = inputs(device, "f32")(2, 3, 5, 4);
		const ids = Array.from({ length: 30 }, (_, i) =>
			i % 7 === 0 ? 255 : i % 4,
		);
		const results = [];
		for (const values of [
			Int32Array.from(ids),
			Uint32Array.from(ids),
			Uint8Array.from(ids),
		]) {
			const labels = tensor(values, [2, 3, 5], { device });
			expect(labels.dtype).toBe(
				values instanceof Int32Array
					? "i32"
					: values instanceof Uint32Array
						? "u32"
						: "u8",
			);
			expect(Array.from(await labels.data())).toEqual(ids);
			const loss = k.softmaxCrossEntropy(logits, labels, { ignore: 255 });
			const counts = tensor(new Int32Array(16), [4, 4], { device });
			k.countConfusion(counts, k.argmax(logits), labels, { ignore: 255 });
			results.push([await loss.item(), ...(await counts.data())]);
		}
		expect(results[1]).toEqual(results[0]);
		expect(results[2]).toEqual(results[0]);
	});
});
