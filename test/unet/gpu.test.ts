import { expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	release,
	scope,
	tensor,
	valueAndGrad,
} from "../../src/engine/index.ts";
import { softmaxCrossEntropy } from "../../src/kernels/index.ts";
import {
	forward,
	heNormal,
	type LabelledBatch,
	type NamedTensors,
	train,
	type UnetOptions,
	unet,
} from "../../src/unet/index.ts";
import { describeOnDevices } from "../gpu.ts";

const config = { inChannels: 3, classes: 5, base: 4, depth: 2, convs: 2 };
const SHAPE = [2, 19, 13, 3] as const;

/** Two images of noise, larger than one workgroup and no multiple of anything. */
const noise: LabelledBatch = {
	x: heNormal([1, 1, 2, (2 * 19 * 13 * 3) / 2], 1, 1),
	labels: Uint8Array.from({ length: 2 * 19 * 13 }, (_, i) =>
		i % 11 === 0 ? 255 : (i * 7) % 5,
	),
	shape: SHAPE,
};

/** Loss and gradients of the network on a device, by parameter. */
async function gradients(device: Device, change: Partial<UnetOptions>) {
	const model = unet({ ...config, ...change }, { seed: 2, device });
	const { loss, grads } = scope(() => {
		const x = tensor(noise.x, SHAPE, { device });
		const labels = tensor(noise.labels, SHAPE.slice(0, 3), { device });
		const both = valueAndGrad((params: NamedTensors) => {
			const { logits } = forward(model, params, x, { training: true });
			return softmaxCrossEntropy(logits, labels, { ignore: 255 });
		})(model.params);
		return { loss: both.value, grads: both.grads };
	});
	const read = await Promise.all(
		Object.entries(grads).map(
			async ([name, g]) => [name, await g.data()] as const,
		),
	);
	return { loss: await loss.item(), grads: new Map(read) };
}

describeOnDevices((device) => {
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
				nextBatch: () => noise,
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

	test("two hundred steps with validation leave no buffer behind", async () => {
		const model = unet({ ...config, base: 2 }, { device: device() });
		const { stats } = device();
		const live: number[] = [];
		const peak: number[] = [];
		await train(model, {
			epochs: 10,
			stepsPerEpoch: 20,
			nextBatch: () => noise,
			validBatches: () => [noise],
			learningRate: 0.01,
			onEpoch() {
				live.push(stats.liveBuffers);
				peak.push(stats.peakBytes);
			},
		});
		expect(new Set(live.slice(1)).size).toBe(1);
		expect(peak.at(-1)).toBe(peak[1]);
		for (const t of Object.values({ ...model.params, ...model.state })) {
			release(t);
		}
	});
});
