import { afterEach, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	defineOp,
	grad,
	type Op,
	release,
	type Shape,
	scope,
	setDefaultDevice,
	sizeOf,
	type Tensor,
	tensor,
} from "../src/engine/index.ts";
import { mul, sum } from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";

/** An op that shares its input's memory under another shape. */
const view: Op<["x"], { shape: Shape }> = defineOp({
	name: "view",
	inputs: ["x"],
	alias: "x",
	defaults: { shape: [] as Shape },
	shape: (_, { shape }) => shape,
	reference({ x }, _, y) {
		y.data.set(x.data);
	},
	launch: () => [],
	grad: { x: ({ inputs, dy }) => view(dy, { shape: inputs.x.shape }) },
});

afterEach(() => setDefaultDevice(undefined));

function aliasTests(open: () => Device): void {
	test("the memory lives as long as its last tensor", async () => {
		const device = open();
		const x = tensor([1, 2, 3, 4], [4], { device });
		const before = device.stats.liveBuffers;
		const y = scope(() => view(x, { shape: [2, 2] }));
		expect(device.stats.liveBuffers).toBe(before);
		release(x);
		expect(device.stats.liveBuffers).toBe(before);
		expect(Array.from(await y.data())).toEqual([1, 2, 3, 4]);
		// What is made now must not land in the shared memory.
		const other = tensor([9, 9, 9, 9], [4], { device });
		expect(Array.from(await y.data())).toEqual([1, 2, 3, 4]);
		release(y);
		release(other);
		expect(device.stats.liveBuffers).toBe(before - 1);
	});

	test("gradients pass through, and nothing is left behind", async () => {
		const device = open();
		const x = tensor([1, -2, 3, 4, 5, 6], [6], { device });
		const live = device.stats.liveBuffers;
		const g = grad((x: Tensor) => {
			const m = view(x, { shape: [2, 3] });
			return sum(mul(m, m));
		})(x);
		expect(g.shape).toEqual([6]);
		expect(sizeOf(g.shape)).toBe(6);
		expect(Array.from(await g.data())).toEqual([2, -4, 6, 8, 10, 12]);
		release(g);
		expect(device.stats.liveBuffers).toBe(live);
	});
}

aliasTests(cpuDevice);
await describeOnDevices(aliasTests);
