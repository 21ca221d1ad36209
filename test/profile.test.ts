import { expect, test } from "vitest";
import { profile } from "../bench/profile.ts";
import { formatProfile, traceOf } from "../bench/profile-report.ts";
import { release, type Tensor, tensor } from "../src/engine/index.ts";
import { conv2d, relu } from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";

await describeOnDevices((device) => {
	test("a profile has each dispatch once, in order, and leaves the device as it was", async () => {
		const on = { device: device() };
		const x = tensor(
			new Float32Array(2 * 16 * 16 * 8).fill(1),
			[2, 16, 16, 8],
			on,
		);
		const w = tensor(new Float32Array(9 * 64).fill(0.5), [3, 3, 8, 8], on);
		const before = device().stats.dispatches;
		let y: Tensor | undefined;
		const run = () => {
			y = relu(conv2d(x, w, { padding: "same" }));
		};
		const times = await profile(device(), run);
		expect(device().stats.dispatches - before).toBe(times.length);
		expect(times.at(-1)).toMatchObject({ op: "relu", flops: 0 });
		// Given to one dispatch of the op, whatever its stages.
		const flops = times.reduce((n, t) => n + t.flops, 0);
		expect(flops).toBe(2 * 2 * 16 * 16 * 8 * 9 * 8);
		times.forEach((t, i) => {
			expect(t.milliseconds).toBeGreaterThanOrEqual(0);
			if (i) expect(t.start).toBeGreaterThanOrEqual(times[i - 1].start);
		});
		expect((await (y as Tensor).data())[0]).toBeCloseTo(4 * 8 * 0.5, 4);

		const found = {
			adapter: device().identity.description,
			net: "two ops",
			peak: { gflops: 10, gbps: 1 },
			dispatches: times,
		};
		expect(formatProfile(found)).toMatch(/relu x\[2,16,16,8\] y\[2,16,16,8\]/);
		const { traceEvents } = JSON.parse(traceOf(found));
		expect(traceEvents).toHaveLength(times.length + 2);
		expect(traceEvents[2]).toMatchObject({ ph: "X", name: "conv2d" });
		const again = device().stats.dispatches;
		release(relu(x));
		expect(device().stats.dispatches).toBe(again + 1);
	});
});
