import { expect, test } from "vitest";
import { stepMemory } from "../../src/app/step-memory.ts";
import {
	adadelta,
	adam,
	type Optimizer,
	rmsprop,
	train,
	type UnetOptions,
	unet,
} from "../../src/unet/index.ts";
import { describeOnGpus } from "../gpu.ts";

const nets: [string, Partial<UnetOptions>, () => Optimizer][] = [
	["batch norm, adam", { base: 8, depth: 2 }, adam],
	["valid, adadelta", { padding: "valid", norm: "none" }, adadelta],
	["sigmoids, rmsprop", { up: "nearest", targets: [[0], [1]] }, rmsprop],
];

await describeOnGpus((open) => {
	test.each(nets)(
		"%s: a training takes the memory that was reckoned without a GPU",
		async (_, form, optimizer) => {
			const options = { inChannels: 3, classes: 2, base: 4, depth: 1, ...form };
			const device = await open();
			const shape = [3, 40, 36, 3] as const;
			const labels = new Uint8Array(3 * 40 * 36);
			const x = new Float32Array(3 * labels.length);
			await train(unet(options, { device }), {
				epochs: 1,
				stepsPerEpoch: 4,
				nextBatch: () => ({ x, labels, shape }),
				batchShape: shape,
				optimizer: optimizer(),
			});
			const { features, limits, adapterInfo } = device.gpu;
			const reckoned = await stepMemory(options, optimizer(), shape, {
				info: adapterInfo,
				features: [...(features as ReadonlySet<string>)],
				limits,
			});
			expect(reckoned).toBe(device.stats.peakBytes);
			expect(reckoned).toBeGreaterThan(100_000);
			device.destroy();
		},
	);
});
