import { expect, test } from "vitest";
import { cpuDevice } from "../../src/engine/index.ts";
import {
	findLearningRate,
	type LabelledBatch,
	type Model,
	sgd,
	unet,
} from "../../src/unet/index.ts";

const config = { inChannels: 1, classes: 2, base: 2, depth: 1, convs: 1 };

/** The right half is bright and of class 1; `seed` changes the noise. */
function halves(seed: number): LabelledBatch {
	const size = 8;
	const labels = Uint8Array.from({ length: size * size }, (_, i) =>
		i % size < 4 ? 0 : 1,
	);
	const x = Float32Array.from(labels, (k, i) => k + 0.1 * Math.sin(i + seed));
	return { x, labels, shape: [1, size, size, 1] };
}

async function values(model: Model): Promise<number[]> {
	const all = Object.values({ ...model.params, ...model.state });
	return (await Promise.all(all.map((t) => t.data()))).flatMap((v) => [...v]);
}

test("tries rising rates on a copy and stops when the loss explodes", async () => {
	const device = cpuDevice();
	const model = unet({ ...config, norm: "none" }, { device });
	const before = await values(model);
	const live = device.stats.liveBuffers;
	let drawn = 0;
	const { rates, losses, suggestion } = await findLearningRate(model, {
		nextBatch: () => halves(drawn++),
		optimizer: sgd(),
		from: 1e-3,
		to: 1e4,
		steps: 60,
	});
	expect(await values(model)).toEqual(before);
	expect(device.stats.liveBuffers).toBe(live);
	expect(rates[0]).toBe(1e-3);
	expect(rates[1] / rates[0]).toBeCloseTo(1e7 ** (1 / 59), 12);
	expect(rates.length).toBeLessThan(60);
	expect(losses).toHaveLength(rates.length);
	expect(losses.every(Number.isFinite)).toBe(true);
	const at = rates.indexOf(suggestion as number);
	const falls = losses.slice(1).map((loss, i) => losses[i] - loss);
	expect(falls[at]).toBe(Math.max(...falls));
	expect(falls[at]).toBeGreaterThan(0);
	// The first loss stands as it is, the second is the running mean of two.
	expect(losses[0]).toBeGreaterThan(0.3);
});

test("a signal stops it with its reason", async () => {
	const stop = new AbortController();
	const run = findLearningRate(unet(config, { device: cpuDevice() }), {
		nextBatch() {
			stop.abort(new Error("enough"));
			return halves(0);
		},
		signal: stop.signal,
	});
	await expect(run).rejects.toThrow("enough");
});

test("a model that breaks at once is the training's own error", async () => {
	const run = findLearningRate(unet(config, { device: cpuDevice() }), {
		nextBatch() {
			const batch = halves(0);
			batch.x.fill(Number.NaN);
			return batch;
		},
	});
	await expect(run).rejects.toThrow("the loss is NaN in epoch 1, step 1");
});
