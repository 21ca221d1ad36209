import { queryObjects } from "node:v8";
import { expect, test } from "vitest";
import { release, scope, type WebgpuDevice } from "../../src/engine/index.ts";
import { uploadBatch } from "../../src/unet/batch-step.ts";
import {
	adam,
	type LabelledBatch,
	optimizerState,
	unet,
} from "../../src/unet/index.ts";
import { plainStep, trainingStep } from "../../src/unet/training-step.ts";
import { describeOnGpus } from "../gpu.ts";
import { uniformNumbers } from "../rows.ts";

const STEPS = 1000;

/** Of a few images, that come again and again. */
const batches: readonly LabelledBatch[] = [0, 1, 2, 3].map((seed) => {
	const random = uniformNumbers(seed);
	const x = Float32Array.from({ length: 8 * 8 * 3 }, random);
	const labels = Uint8Array.from({ length: 8 * 8 }, (_, i) =>
		x[3 * i] > x[3 * i + 1] ? 1 : 0,
	);
	return { x, labels, shape: [1, 8, 8, 3] };
});

const rateOf = (step: number) => 0.01 / (1 + step / STEPS);

/** A small net and what its steps are made of. */
function training(device: WebgpuDevice) {
	const form = { inChannels: 3, classes: 2, base: 4, depth: 1, convs: 1 };
	const model = unet({ ...form, norm: "none" }, { seed: 1, device });
	const optimizer = adam();
	return { model, optimizer, state: optimizerState(optimizer, model.params) };
}

/** Losses of every hundredth step, each run as it is called. */
async function plainLosses(device: WebgpuDevice): Promise<number[]> {
	const { model, optimizer, state } = training(device);
	let rate = 0;
	const step = plainStep(model, {}, optimizer, state, undefined, () => rate);
	const losses: number[] = [];
	for (let i = 0; i < STEPS; i++) {
		rate = rateOf(i);
		const loss = scope(() => {
			const { x, labels } = uploadBatch(batches[i % 4], device);
			return step(x, labels);
		});
		if (i % 100 === 99) losses.push(await loss.item());
		release(loss);
	}
	return losses;
}

await describeOnGpus((open) => {
	test(`${STEPS} captured steps hold GPU bytes and heap flat, with the losses of plain ones`, async () => {
		const device = await open();
		const { model, optimizer, state } = training(device);
		const step = trainingStep(model, {}, optimizer, state, undefined);
		const { stats } = device;
		const losses: number[] = [];
		const gpu: number[][] = [];
		const objects: number[] = [];
		for (let i = 0; i < STEPS; i++) {
			const loss = await step(batches[i % 4], rateOf(i));
			if (i % 100 !== 99) continue;
			losses.push(loss);
			const { liveBuffers, liveBytes, pooledBytes, peakBytes } = stats;
			gpu.push([liveBuffers, liveBytes, pooledBytes, peakBytes]);
			objects.push(queryObjects(Object, { format: "count" }));
		}
		expect(new Set(gpu.map(String)).size).toBe(1);
		// Objects, not bytes: the compiled code that V8 makes and drops moves the bytes by 200 kB either way.
		const least = (looks: readonly number[]) => Math.min(...looks);
		const grown = least(objects.slice(6)) - least(objects.slice(1, 5));
		expect(grown).toBeLessThan(STEPS / 10);
		step.free();
		expect(await plainLosses(device)).toEqual(losses);
		expect(losses[9]).toBeLessThan(losses[0] / 4);
		device.destroy();
	});
});
