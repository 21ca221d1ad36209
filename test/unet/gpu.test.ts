import { expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	scope,
	tensor,
	valueAndGrad,
} from "../../src/engine/index.ts";
import { softmaxCrossEntropy } from "../../src/kernels/index.ts";
import {
	evaluate,
	evaluator,
	forward,
	heNormal,
	type LabelledBatch,
	type NamedTensors,
	train,
	type UnetOptions,
	unet,
} from "../../src/unet/index.ts";
import { describeOnDevices, describeOnGpus } from "../gpu.ts";

const config = { inChannels: 3, classes: 5, base: 4, depth: 2, convs: 2 };

/** Images of noise with every eleventh pixel ignored. */
function noise(shape: LabelledBatch["shape"]): LabelledBatch {
	const [n, h, w, c] = shape;
	const values = n * h * w * c;
	return {
		// Of variance 1.
		x: heNormal([1, 1, 2, Math.ceil(values / 2)], 1, 1).slice(0, values),
		labels: Uint8Array.from({ length: n * h * w }, (_, i) =>
			i % 11 === 0 ? 255 : (i * 7) % 5,
		),
		shape,
	};
}

/** More than one workgroup and no multiple of anything. */
const odd = noise([2, 19, 13, 3]);

/** Loss and gradients of the network on a device, by parameter. */
async function gradients(device: Device, change: Partial<UnetOptions>) {
	const model = unet({ ...config, ...change }, { seed: 2, device });
	// Biases start as 0, which puts the padding on the activation's kink: there any slope is right.
	const params = Object.fromEntries(
		Object.entries(model.params).map(([name, p], i) => [
			name,
			name.endsWith(".bias")
				? tensor(heNormal([1, 1, 1, p.shape[0]], 5, i), p.shape, { device })
				: p,
		]),
	);
	const { loss, grads } = scope(() => {
		const x = tensor(odd.x, odd.shape, { device });
		const labels = tensor(odd.labels, odd.shape.slice(0, 3), { device });
		const both = valueAndGrad((params: NamedTensors) => {
			const { logits } = forward(model, params, x, { training: true });
			return softmaxCrossEntropy(logits, labels, { ignore: 255 });
		})(params);
		return { loss: both.value, grads: both.grads };
	});
	const read = await Promise.all(
		Object.entries(grads).map(
			async ([name, g]) => [name, await g.data()] as const,
		),
	);
	return { loss: await loss.item(), grads: new Map(read) };
}

await describeOnDevices((device) => {
	test.each<Partial<UnetOptions>>([
		{},
		{ norm: "none", activation: "leakyRelu" },
	])("the network's gradients are those of float64: %j", async (change) => {
		const expected = await gradients(cpuDevice(), change);
		const found = await gradients(device(), change);
		expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(1e-5);
		for (const [name, g] of expected.grads) {
			let error = 0;
			let norm = 0;
			found.grads.get(name)?.forEach((v, i) => {
				error += (v - g[i]) ** 2;
				norm += g[i] ** 2;
			});
			expect(norm, name).toBeGreaterThan(0);
			expect(error / norm, name).toBeLessThan(1e-8);
		}
	});

	test("a few steps of training follow those of float64", async () => {
		const run = async (on: Device) => {
			const losses: number[] = [];
			await train(unet(config, { seed: 3, device: on }), {
				epochs: 1,
				stepsPerEpoch: 6,
				nextBatch: () => odd,
				learningRate: 0.01,
				classWeights: [1, 2, 1, 1, 0.5],
				onStep: ({ loss }) => {
					losses.push(loss);
				},
			});
			return losses;
		};
		const expected = await run(cpuDevice());
		const found = await run(device());
		expect(expected[5]).toBeLessThan(expected[0]);
		found.forEach((loss, i) => {
			expect(Math.abs(loss / expected[i] - 1)).toBeLessThan(1e-3);
		});
	});
});

await describeOnGpus((open) => {
	test("two hundred steps with validation leave no buffer behind", async () => {
		// A device of its own: what other tests left to the garbage collector would be counted.
		const device = await open();
		const model = unet({ ...config, base: 2, depth: 1 }, { device });
		const { stats } = device;
		const batch = noise([1, 9, 7, 3]);
		const live: number[] = [];
		const peak: number[] = [];
		const result = await train(model, {
			epochs: 10,
			stepsPerEpoch: 20,
			nextBatch: () => batch,
			validBatches: () => [batch],
			learningRate: 0.01,
			onEpoch() {
				live.push(stats.liveBuffers);
				peak.push(stats.peakBytes);
			},
		});
		// A buffer for all parameters, for each of Adam's two means, for the running moments.
		const kept = 3 + 1;
		// While it trains, the captured step's memory besides.
		expect(live[0]).toBeGreaterThan(kept);
		expect(live).toEqual(new Array(10).fill(live[0]));
		expect(stats.liveBuffers).toBe(kept);
		expect(peak.at(-1)).toBe(peak[1]);
		// Held until here, or the garbage collector would free their memory.
		expect([model, result]).toHaveLength(2);
		device.destroy();
	});
});

await describeOnDevices((device) => {
	test("evaluation over and over counts as the CPU reference does, a last batch of another size included", async () => {
		const batches = [odd, odd, noise([1, 19, 13, 3])];
		const options = { classWeights: [1, 2, 1, 0.5, 1] };
		const on = (device: Device) => unet(config, { seed: 2, device });
		const cpu = await evaluate(on(cpuDevice()), batches, options);
		const measure = evaluator(on(device()), options);
		const first = await measure(batches);
		expect(first.confusion).toEqual(cpu.confusion);
		expect(first.loss).toBeCloseTo(cpu.loss, 4);
		const { liveBytes, dispatches } = device().stats;
		expect(await measure(batches)).toEqual(first);
		// Less where the garbage collector freed what earlier tests left.
		expect(device().stats.liveBytes).toBeLessThanOrEqual(liveBytes);
		expect(device().stats.dispatches).toBeGreaterThan(dispatches);
		measure.free();
		expect(device().stats.liveBytes).toBeLessThan(liveBytes);
	});
});

await describeOnGpus((open) => {
	test("with the batches' shape the step is compiled before the first batch is there", async () => {
		const device = await open();
		const model = unet(config, { seed: 2, device });
		const { choose } = device;
		const chosen = new Promise<void>((resolve) => {
			device.choose = (...call) => {
				resolve();
				return choose(...call);
			};
		});
		const { stopped } = await train(model, {
			epochs: 1,
			stepsPerEpoch: 1,
			batchShape: odd.shape,
			nextBatch: async () => {
				await chosen;
				return odd;
			},
		});
		expect(stopped).toBe(false);
		device.choose = choose;

		// A batch that never comes leaves nothing of the step behind.
		const { liveBuffers } = device.stats;
		const failing = train(model, {
			epochs: 1,
			stepsPerEpoch: 1,
			batchShape: [4, 16, 16, 3],
			nextBatch: () => Promise.reject(new Error("no such image")),
		});
		await expect(failing).rejects.toThrow("no such image");
		// Adam's two means.
		expect(device.stats.liveBuffers).toBeLessThanOrEqual(liveBuffers + 2);
		device.destroy();
	});
});
