import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHalf, toHalf } from "../src/engine/half.ts";
import {
	cpuDevice,
	DeviceError,
	sizeOf,
	tensor,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import * as k from "../src/kernels/index.ts";
import { type Case, normal, stored } from "./case.ts";
import { cases } from "./cases.ts";
import { kernelChecker } from "./check-kernel.ts";
import { describeOnGpus, gpuDevices, skipped } from "./gpu.ts";
import { kernelsOf, nameRows, type Row } from "./rows.ts";

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

test("results are stored as their float inputs are, statistics as f32", () => {
	const make = (dtype: "f32" | "f16") =>
		tensor([1, 2, 3, 4], [2, 2], { dtype, device: cpuDevice() });
	const half = make("f16");
	const full = tensor([1, 2], [2], { device: half.device });
	expect(k.relu(half).dtype).toBe("f16");
	expect(k.add(half, half).dtype).toBe("f16");
	expect(k.add(half, full).dtype).toBe("f32");
	expect(k.moments(half).dtype).toBe("f32");
	expect(k.cast(half).dtype).toBe("f32");
	expect(k.normalize(half, k.moments(half), full, full).dtype).toBe("f16");
});

/**
 * Of each op, a row for every kernel it can launch, with all floats stored as
 * f16: the smallest, because lavapipe compiles these kernels for seconds.
 * Ops that update in place are left out: they take f32 only.
 */
function halfRows(): Row[] {
	const smallest = new Map<string, Case>();
	const sizes = (c: Case) =>
		Object.values(c.inputs).reduce((n, d) => n + sizeOf(d.shape), 0);
	for (const c of cases) {
		if (c.error || c.bench || c.op.spec.updates || c.op.spec.alias) continue;
		const dtypes = Object.values(c.inputs).map((d) => d.dtype);
		if (!dtypes.includes("f32")) continue;
		for (const kernel of kernelsOf(c)) {
			const key = `${c.op.spec.name} ${kernel}`;
			const best = smallest.get(key);
			if (!best || sizes(c) < sizes(best)) smallest.set(key, c);
		}
	}
	return nameRows(
		[...new Set(smallest.values())].map((c) => ({
			...c,
			inputs: Object.fromEntries(
				Object.entries(c.inputs).map(([name, drawn]) => [
					name,
					drawn.dtype === "f32" ? stored(drawn, "f16") : drawn,
				]),
			),
		})),
	);
}

await describeOnGpus((open) => {
	let device: WebgpuDevice;
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

	test("labels stored as u8 and u32 give what i32 gives", async () => {
		const values = normal(2, 3, 5, 4).fill(Math.random, 120);
		const logits = tensor(values, [2, 3, 5, 4], { device });
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

for (const { name, open } of await gpuDevices()) {
	if (!open) continue;
	const device = await open();
	const half = device.gpu.features.has("shader-f16");
	device.destroy();
	describe(`${name}: stored as f16, kernel agrees with its reference`, () => {
		if (!half) return skipped("the adapter lacks shader-f16");
		const checker = kernelChecker(open);
		afterAll(() => checker.destroy());
		for (const row of halfRows()) {
			test(row.name, async () => {
				const { problems } = await checker.check(row);
				expect(problems.join("\n")).toBe("");
			});
		}
	});
}
