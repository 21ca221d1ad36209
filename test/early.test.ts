import { expect, test } from "vitest";
import {
	capture,
	type Device,
	type ProgramReport,
	scope,
	type Tensor,
	tensor,
} from "../src/engine/index.ts";
import { add, mul, scale, sgdUpdate } from "../src/kernels/index.ts";
import { describeOnGpus } from "./gpu.ts";

const SIZE = 1 << 18;
const learningRate = 0.5;

/** Parameters of one value each, of a megabyte. */
function parameters(device: Device, values: readonly number[]): Tensor[] {
	return values.map((v) =>
		tensor(new Float32Array(SIZE).fill(v), [SIZE], { device }),
	);
}

await describeOnGpus((open) => {
	test("gradients are needed only until their update, which runs as soon as it can", async () => {
		const device = await open();
		const params = parameters(device, [1, 2, 3, 4, 5, 6]);
		const zeros = params.map((p) => scope(() => scale(p, { by: 0 })));
		const step = capture((x: Tensor) => {
			const grads: Tensor[] = [];
			let y = x;
			for (const _ of params) {
				y = scale(y, { by: 2 });
				grads.push(y);
			}
			params.forEach((p, i) => {
				sgdUpdate(p, zeros[i], grads[i], { learningRate });
			});
		});
		const [x] = parameters(device, [1]);
		const report = (await step.prepare(x)) as ProgramReport;
		// The argument, the last y and the next.
		expect(report.memory.planned).toBeLessThanOrEqual(3 * 4 * SIZE);
		step(x);
		const first = await Promise.all(params.map((p) => p.data()));
		expect(first.map((v) => v[SIZE - 1])).toEqual([0, 0, -1, -4, -11, -26]);
		device.destroy();
	});

	test("what reads before an update finds the old value, what reads after it the new one", async () => {
		const device = await open();
		const [w, other] = parameters(device, [1, 10]);
		const zero = scope(() => scale(w, { by: 0 }));
		const f = (x: Tensor) => {
			const before = mul(w, x);
			sgdUpdate(w, zero, x, { learningRate });
			const after = mul(w, x);
			sgdUpdate(other, scale(zero, { by: 1 }), w, { learningRate });
			sgdUpdate(w, scale(zero, { by: 1 }), before, { learningRate });
			return { before, after, sum: add(w, other) };
		};
		const [x] = parameters(device, [4]);
		const step = capture(f);
		const { before, after, sum } = step(x);
		const values = await Promise.all([before, after, sum].map((t) => t.data()));
		// w: 1, then 1 - 2, then -1 - 2; other: 10 + 0.5.
		expect(values.map((v) => v[0])).toEqual([4, -4, 7.5]);
		device.destroy();
	});
});
