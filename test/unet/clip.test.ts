import { describe, expect, test } from "vitest";
import { cpuDevice, type Device, tensor } from "../../src/engine/index.ts";
import { type Clip, clipGradients } from "../../src/unet/clip.ts";
import { ConfigError } from "../../src/unet/errors.ts";
import { describeOnDevices } from "../gpu.ts";

/** Norms 5 and 12, together 13. */
const values = { a: [3, -4], b: [0, 12, 0] };

async function clipped(
	clip: Clip,
	device: Device = cpuDevice(),
	grads: Record<string, number[]> = values,
): Promise<number[]> {
	const tensors = Object.values(grads).map((v) =>
		tensor(v, undefined, { device }),
	);
	const found = clipGradients(tensors, clip);
	const data = found.map((t) => t.data());
	return (await Promise.all(data)).flatMap((v) => [...v]);
}

const rows: [Clip, number[]][] = [
	[{ value: 3.5 }, [3, -3.5, 0, 3.5, 0]],
	[{ norm: 10 }, [3, -4, 0, 10, 0]],
	[{ norm: 2.5 }, [1.5, -2, 0, 2.5, 0]],
	[{ globalNorm: 13 }, [3, -4, 0, 12, 0]],
	[{ globalNorm: 6.5 }, [1.5, -2, 0, 6, 0]],
];

async function check(
	[clip, expected]: (typeof rows)[0],
	device: Device,
): Promise<void> {
	const found = await clipped(clip, device);
	found.forEach((v, i) => {
		expect(v).toBeCloseTo(expected[i], 5);
	});
	const zero = await clipped(clip, device, { a: [0, 0] });
	expect(zero.map(Math.abs)).toEqual([0, 0]);
	const nan = await clipped(clip, device, { a: [Number.NaN] });
	expect(nan).toEqual([Number.NaN]);
}

test.each(rows)("%j", (...row) => check(row, cpuDevice()));

await describeOnDevices((device) => {
	test.each(rows)("%j", (...row) => check(row, device()));
});

test("within the limit nothing changes, bit for bit", async () => {
	const grads = { a: [0.1, 1 / 3], b: [-0.7] };
	for (const clip of [{ value: 1 }, { norm: 1.1 }, { globalNorm: 1.3 }]) {
		expect(await clipped(clip, cpuDevice(), grads)).toEqual([0.1, 1 / 3, -0.7]);
	}
});

describe("rejected", () => {
	test.each([
		{ value: 0 },
		{ norm: -1 },
		{ norm: 1, value: 1 },
		{ top: 1 },
		{},
	])("%j", async (clip) => {
		const run = clipped(clip as Clip);
		await expect(run).rejects.toThrow(ConfigError);
		await expect(run).rejects.toThrow("must be one of value, norm");
	});
});
