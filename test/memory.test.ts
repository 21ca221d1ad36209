import { describe, expect, test } from "vitest";
import {
	full,
	release,
	scope,
	setDefaultDevice,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../src/engine/index.ts";
import {
	add,
	concat,
	conv2d,
	maxPool,
	mean,
	mul,
	relu,
	scale,
} from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";
import { uniformNumbers } from "./rows.ts";

await describeOnDevices((device) => {
	describe("buffers", () => {
		test("200 steps of a small net: none more than after the first few", async () => {
			setDefaultDevice(device());
			const random = uniformNumbers(3);
			const noise = (...shape: number[]) => {
				const count = shape.reduce((a, b) => a * b);
				const values = Float32Array.from(
					{ length: count },
					() => random() - 0.5,
				);
				return tensor(values, shape);
			};
			const params = {
				first: noise(3, 3, 2, 8),
				bias: noise(8),
				second: noise(3, 3, 8, 4),
			};
			const loss = (p: typeof params, x: Tensor) => {
				const h = relu(conv2d(x, p.first, p.bias, { padding: "same" }));
				const pooled = maxPool(h);
				const y = conv2d(concat(pooled, pooled), twice(p.second));
				return mean(mul(y, y));
			};
			const twice = (w: Tensor) => concat(w, w, { axis: 2 });
			const { stats } = device();
			const memory = () => [
				stats.liveBuffers,
				stats.liveBytes,
				stats.pooledBytes,
				stats.peakBytes,
			];
			let settled: number[] = [];
			for (let step = 0; step < 205; step++) {
				const value = scope(() => {
					const { value } = valueAndGrad(loss)(params, noise(2, 12, 12, 2));
					return value;
				});
				if (step % 50 === 4) expect(await value.item()).toBeGreaterThan(0);
				release(value);
				if (step === 4) settled = memory();
			}
			expect(memory()).toEqual(settled);
			for (const p of Object.values(params)) release(p);
		});

		test("a freed buffer is used again, by a size near its own too", () => {
			const { stats } = device();
			release(full([1000], 1, { device: device() }));
			const before = stats.liveBytes + stats.pooledBytes;
			release(full([1000], 2, { device: device() }));
			release(full([990], 2, { device: device() }));
			expect(stats.liveBytes + stats.pooledBytes).toBe(before);
		});

		test("nothing is allocated by a call that is rejected", () => {
			const a = full([2], 1, { device: device() });
			const before = { ...device().stats };
			expect(() => add(a, full([3], 1, { device: device() }))).toThrow();
			expect(device().stats.dispatches).toBe(before.dispatches);
			expect(device().stats.liveBuffers).toBe(before.liveBuffers + 1);
		});
	});

	describe("order", () => {
		test("an upload into a buffer that recorded work still reads does not overtake it", async () => {
			setDefaultDevice(device());
			const a = full([512], 1);
			const y = scale(a, { by: 10 });
			release(a);
			const b = full([512], 2);
			const z = scale(b, { by: 10 });
			release(b);
			const c = full([512], 3);
			expect(new Set(await y.data())).toEqual(new Set([10]));
			expect(new Set(await z.data())).toEqual(new Set([20]));
			expect(new Set(await c.data())).toEqual(new Set([3]));
		});

		test("more dispatches than uniform slots between two reads keep their own parameters", async () => {
			setDefaultDevice(device());
			const before = { ...device().stats };
			const one = full([1], 1);
			const results = Array.from({ length: 1500 }, (_, i) =>
				scale(one, { by: i }),
			);
			const found: number[] = [];
			for (const r of results) found.push(await r.item());
			expect(found).toEqual(results.map((_, i) => i));
			expect(device().stats.dispatches - before.dispatches).toBe(1500);
			for (const r of results) release(r);
		});

		test("a long chain of dependent dispatches over reused buffers", async () => {
			setDefaultDevice(device());
			const step = full([700], 1);
			const { submits, liveBytes, pooledBytes } = device().stats;
			const y = scope(() => {
				let y = scale(step, { by: 0 });
				for (let i = 0; i < 1500; i++) {
					const next = add(y, step);
					release(y);
					y = next;
				}
				return y;
			});
			expect(new Set(await y.data())).toEqual(new Set([1500]));
			const { stats } = device();
			expect(stats.submits - submits).toBe(2);
			const grown =
				stats.liveBytes + stats.pooledBytes - liveBytes - pooledBytes;
			expect(grown).toBeLessThanOrEqual(2 * 3072);
		});
	});
});
