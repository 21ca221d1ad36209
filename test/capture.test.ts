import { describe, expect, test } from "vitest";
import {
	capture,
	cpuDevice,
	type Device,
	DeviceError,
	live,
	type ProgramReport,
	pack,
	release,
	scope,
	type Tensor,
	tensor,
	valueAndGrad,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import {
	add,
	broadcastTo,
	dropout,
	maxPool,
	mean,
	mul,
	relu,
	scale,
	sgdUpdate,
} from "../src/kernels/index.ts";
import {
	adam,
	forward,
	type Model,
	type NamedTensors,
	optimizerState,
	optimizerStep,
	unet,
} from "../src/unet/index.ts";
import { plainStep } from "../src/unet/training-step.ts";
import { describeOnDevices, describeOnGpus } from "./gpu.ts";
import { uniformNumbers } from "./rows.ts";

const form = { inChannels: 3, classes: 4, base: 4, depth: 2 };

/** A training step of a U-Net on x and labels, that returns the loss; not captured. */
function stepOf(model: Model, rate: () => number) {
	const optimizer = adam({ convention: "keras", weightDecay: 0.01 });
	const state = optimizerState(optimizer, model.params);
	return plainStep(model, {}, optimizer, state, undefined, rate);
}

/** Images and labels that follow from the seed. */
function batchOf(seed: number, size: number, device: Device) {
	const random = uniformNumbers(seed);
	const pixels = 2 * size * size;
	const x = Float32Array.from({ length: 3 * pixels }, random);
	const labels = Int32Array.from({ length: pixels }, () => 4 * random());
	return [
		tensor(x, [2, size, size, 3], { device }),
		tensor(labels, [2, size, size], { device }),
	] as const;
}

/** Losses and final parameters of some steps, with rates and sizes that change. */
async function trained(device: Device, captured: boolean) {
	const model = unet(form, { seed: 5, device });
	let rate = 0;
	const plain = stepOf(model, () => rate);
	const replayed = capture(plain);
	const step = captured ? replayed : plain;
	const losses: number[] = [];
	for (let i = 0; i < 7; i++) {
		rate = 0.01 / (1 + i);
		const loss = scope(() =>
			step(...batchOf(i, i % 3 === 2 ? 10 : 16, device)),
		);
		losses.push(await loss.item());
	}
	const params = await Promise.all(
		Object.values({ ...model.params, ...model.state }).map((t) => t.data()),
	);
	replayed.free();
	return { losses, params: params.map((p) => [...p]) };
}

await describeOnDevices((device) => {
	test("a captured training step gives the numbers of the plain one, bit for bit", async () => {
		const expected = await trained(device(), false);
		expect(await trained(device(), true)).toEqual(expected);
		expect(new Set(expected.losses).size).toBe(7);
	});

	test("a replay submits once, with its read, and makes nothing on the GPU", async () => {
		const gpu = device().gpu as unknown as Record<string, unknown>;
		const model = unet(form, { seed: 5, device: device() });
		const step = capture(stepOf(model, () => 0.01));
		const report = await step.prepare(...batchOf(0, 16, device()));
		const [x, labels] = batchOf(0, 16, device());
		await step(x, labels).item();
		const before = { ...device().stats };
		const made: string[] = [];
		const methods = [
			"createBindGroup",
			"createComputePipeline",
			"createBuffer",
		];
		for (const name of methods) {
			const original = gpu[name] as (...args: unknown[]) => unknown;
			gpu[name] = (...args: unknown[]) => {
				made.push(name);
				return original.apply(gpu, args);
			};
		}
		const losses: number[] = [];
		for (let i = 0; i < 3; i++) losses.push(await step(x, labels).item());
		for (const name of methods) delete gpu[name];
		// The buffer to map the loss from, and nothing else.
		expect(made).toEqual(["createBuffer", "createBuffer", "createBuffer"]);
		expect(device().stats.submits - before.submits).toBe(3);
		expect(device().stats.dispatches - before.dispatches).toBe(
			3 * (report?.dispatches as number),
		);
		// Less where the garbage collector freed what earlier tests left.
		expect(device().stats.liveBytes).toBeLessThanOrEqual(before.liveBytes);
		expect(losses[2]).toBeLessThan(losses[0]);
		step.free();
	});

	test("updates of packed parameters are one dispatch, with the same numbers", async () => {
		const run = async (packed: boolean) => {
			const model = unet(form, { seed: 5, device: device() });
			const optimizer = adam();
			const state = optimizerState(optimizer, model.params);
			if (packed) {
				pack(model.params);
				for (const slot of Object.values(state.slots)) pack(slot);
			}
			const step = capture((x: Tensor) => {
				const f = (params: NamedTensors) =>
					mean(forward(model, params, x, { training: true }).logits);
				const { value, grads } = valueAndGrad(f)(model.params);
				optimizerStep(optimizer, state, model.params, grads, 0.01);
				return value;
			});
			const [x] = batchOf(0, 16, device());
			const { dispatches } = (await step.prepare(x)) as ProgramReport;
			for (let i = 0; i < 3; i++) await step(x).item();
			const params = Object.values(model.params);
			const values = await Promise.all(params.map((t) => t.data()));
			step.free();
			return { dispatches, values, count: params.length };
		};
		const [plain, packed] = [await run(false), await run(true)];
		expect(packed.values).toEqual(plain.values);
		expect(packed.dispatches).toBe(plain.dispatches - plain.count + 1);
	});

	test("memory is planned close to the least possible", async () => {
		const model = unet({ ...form, base: 8 }, { device: device() });
		const step = capture(stepOf(model, () => 0.01));
		const [x, labels] = batchOf(0, 32, device());
		const report = (await step.prepare(x, labels)) as ProgramReport;
		const { planned, lowerBound } = report.memory;
		expect(planned).toBeGreaterThanOrEqual(lowerBound);
		expect(planned).toBeLessThanOrEqual(1.15 * lowerBound);
		const before = device().stats.liveBytes;
		step.free();
		expect(device().stats.liveBytes).toBeLessThan(before - planned);
	});

	test("a released result does not give the program's memory away", async () => {
		const on = { device: device() };
		const f = capture((x: Tensor) => scale(add(x, x), { by: 2 }));
		const x = tensor([1, 2, 3], [3], on);
		const first = f(x);
		const { liveBytes } = device().stats;
		release(first);
		expect(device().stats.liveBytes).toBe(liveBytes);
		// Of every size that the program has buffers of.
		const others = Array.from({ length: 20 }, (_, i) =>
			tensor(new Float32Array(3 + 64 * (i % 4)).fill(9), undefined, on),
		);
		expect([...(await f(x).data())]).toEqual([4, 8, 12]);
		for (const t of others) expect((await t.data())[0]).toBe(9);
		f.free();
	});

	test("what nobody needs is not run", async () => {
		const f = capture((x: Tensor) => {
			maxPool(mul(x, x));
			return add(x, x);
		});
		const x = tensor(new Float32Array(64).fill(3), [1, 4, 4, 4], {
			device: device(),
		});
		expect((await f.prepare(x))?.dispatches).toBe(1);
		expect(new Set(await f(x).data())).toEqual(new Set([6]));
		f.free();
	});

	test("trees in, trees out; numbers and constants", async () => {
		const on = { device: device() };
		let by = 2;
		const w = tensor([10, 20], [2], on);
		const f = capture((p: { a: Tensor; b: readonly Tensor[] }) => {
			const bias = tensor([1, 1], [2], on);
			const y = add(mul(p.a, p.b[0]), bias);
			sgdUpdate(w, scale(w, { by: 0 }), p.a, { learningRate: live(() => by) });
			return { y, list: [scale(y, { by: 3 })], name: "kept" };
		});
		const call = () =>
			f({ a: tensor([1, 2], [2], on), b: [tensor([3, 4], [2], on)] });
		const first = call();
		expect([...(await first.y.data())]).toEqual([4, 9]);
		expect([...(await first.list[0].data())]).toEqual([12, 27]);
		expect(first.name).toBe("kept");
		expect([...(await w.data())]).toEqual([8, 16]);
		by = 5;
		expect([...(await call().y.data())]).toEqual([4, 9]);
		expect([...(await w.data())]).toEqual([3, 6]);
		f.free();
	});

	test("dropout draws anew in each replay, from a live step", async () => {
		let step = 0;
		const f = capture((x: Tensor) => dropout(x, { step: live(() => step) }));
		const x = tensor(new Float32Array(64).fill(1), [64], { device: device() });
		const draw = async () => [...(await f(x).data())];
		const first = await draw();
		expect(await draw()).toEqual(first);
		step = 1;
		expect(await draw()).not.toEqual(first);
		step = 0;
		expect(await draw()).toEqual(first);
		f.free();
	});

	test("two replays before a read keep their own numbers", async () => {
		let by = 1;
		const total = tensor([0], [1], { device: device() });
		const f = capture((x: Tensor) => {
			sgdUpdate(total, scale(x, { by: 0 }), x, {
				learningRate: live(() => by),
			});
			return relu(x);
		});
		for (by of [1, 2, 3]) f(tensor([-10], [1], { device: device() }));
		expect(await total.item()).toBe(60);
		f.free();
	});

	describe("says what cannot be captured", () => {
		const on = () => ({ device: device() });
		test("a read inside", () => {
			const f = capture((x: Tensor) => {
				void x.data();
				return x;
			});
			expect(() => f(tensor([1], [1], on()))).toThrow(
				/data\(\) or item\(\) inside a captured step; return the tensor/,
			);
			// The device is as before.
			expect(() => relu(tensor([1], [1], on()))).not.toThrow();
		});
		test("a number as argument", () => {
			const f = capture((x: Tensor, by) => scale(x, { by: by as never }));
			expect(() => f(tensor([1], [1], on()), 3 as never)).toThrow(
				/argument 2 holds no tensor; give numbers that change as live/,
			);
		});
		test("a live number where the op computes with it once", () => {
			const by = live(() => 2);
			expect(() => scale(tensor([1], [1], on()), { by })).toThrow(
				/scale: by must be a plain number/,
			);
		});
		test("a gradient through it", () => {
			const f = capture((x: Tensor) => mean(x));
			expect(() => valueAndGrad(f)(tensor([1], [1], on()))).toThrow(
				/captured function cannot be differentiated; capture the one that calls valueAndGrad/,
			);
		});
		test("more than the adapter can bind, at the call and as outside", () => {
			const { maxStorageBufferBindingSize: most } = device().gpu.limits;
			const large = (x: Tensor) => broadcastTo(x, { shape: [most / 4 + 1] });
			const x = tensor([1], [1], on());
			const text =
				/^broadcastTo: \d+ values are \d+ bytes, more than this adapter can bind/;
			expect(() => large(x)).toThrow(text);
			expect(() => capture(large)(x)).toThrow(text);
		});
		test("a parameter that is gone", async () => {
			const w = tensor([2], [1], on());
			const f = capture((x: Tensor) => mul(x, w));
			const x = tensor([3], [1], on());
			expect(await f(x).item()).toBe(6);
			release(w);
			expect(() => f(x)).toThrow(DeviceError);
			expect(() => f(x)).toThrow(
				/\[1\] that the captured step uses has been freed/,
			);
			f.free();
		});
	});

	test("inside another it is recorded with it", async () => {
		const double = capture((x: Tensor) => add(x, x));
		const f = capture((x: Tensor) => mul(double(x), x));
		expect(await f(tensor([3], [1], { device: device() })).item()).toBe(18);
		f.free();
	});
});

await describeOnGpus((open) => {
	test("packed tensors are freed one by one, the buffer with the last", async () => {
		// A device of its own: what other tests left to the garbage collector would be counted.
		const device = await open();
		const { stats } = device;
		const before = stats.liveBuffers;
		const on = { device };
		const [a, b] = pack(
			scope(() => [tensor([1, 2], [2], on), tensor([3], [1], on)]),
		);
		expect([...(await a.data()), ...(await b.data())]).toEqual([1, 2, 3]);
		expect(stats.liveBuffers).toBe(before + 1);
		release(a);
		expect(await add(b, b).item()).toBe(6);
		release(b);
		expect(stats.liveBuffers).toBeLessThanOrEqual(before + 1);
		device.destroy();
	});
});

test("on the CPU device it is the function itself", async () => {
	const device: Device = cpuDevice();
	const f = capture((x: Tensor) => add(x, x));
	expect(await f.prepare(tensor([1], [1], { device }))).toBeUndefined();
	expect(await f(tensor([1.5], [1], { device })).item()).toBe(3);
	expect((device as Partial<WebgpuDevice>).gpu).toBeUndefined();
});
