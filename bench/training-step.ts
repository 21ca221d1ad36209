import { digitsPreset } from "../src/cli/digits-preset.ts";
import type { WebgpuDevice } from "../src/engine/index.ts";
import { parameterCount, train, unet, unetConfig } from "../src/unet/index.ts";
import { uniformNumbers } from "../test/rows.ts";
import { flopsOf } from "./flops.ts";
import { STEP_NAME, type StepTiming } from "./report.ts";
import { median, rangeOf } from "./timing.ts";

/** The digits: gray images of 64x84, ten digits and background. */
const IMAGE = { height: 64, width: 84, channels: 1, classes: 11 };
const STEPS = 12;

/** Times training steps of the net that `npm start` trains, on random images. */
export async function timeTrainingStep(
	device: WebgpuDevice,
	progress: (text: string) => void,
): Promise<StepTiming> {
	const { model: form, batch } = digitsPreset;
	const config = unetConfig({
		inChannels: IMAGE.channels,
		classes: IMAGE.classes,
		...form,
	});
	const model = unet(config, { seed: 0, device });
	const data = randomBatch(batch);
	const options = { nextBatch: () => data, learningRate: 1e-3 };
	progress("first training step");
	await device.finished();
	const start = performance.now();
	const { state } = await train(model, {
		...options,
		epochs: 1,
		stepsPerEpoch: 1,
	});
	const firstMilliseconds = performance.now() - start;

	progress(`${STEPS} training steps`);
	const counter = countFlops(device);
	const before = { ...device.stats };
	const ends = [performance.now()];
	await train(model, {
		...options,
		epochs: 2,
		stepsPerEpoch: STEPS,
		resume: state,
		onStep: () => void ends.push(performance.now()),
	});
	const flops = counter.stop();
	// A loss is known while the next step is recorded; the first and last intervals are not whole steps.
	const samples = ends.slice(2, -1).map((end, i) => end - ends[i + 1]);
	const milliseconds = median(samples);
	const { stats } = device;
	return {
		name: STEP_NAME,
		config,
		batch: data.shape,
		parameters: parameterCount(config),
		milliseconds,
		range: rangeOf(samples),
		firstMilliseconds,
		gflops: flops / milliseconds / 1e6,
		dispatches: (stats.dispatches - before.dispatches) / STEPS,
		submits: (stats.submits - before.submits) / STEPS,
		peakBytes: stats.peakBytes,
		liveBuffers: stats.liveBuffers,
	};
}

function randomBatch(count: number) {
	const { height, width, channels, classes } = IMAGE;
	const random = uniformNumbers(1);
	const pixels = count * height * width;
	return {
		x: Float32Array.from({ length: pixels * channels }, random),
		labels: Uint8Array.from({ length: pixels }, () => random() * classes),
		shape: [count, height, width, channels] as const,
	};
}

/** Adds up the operations of every op until stopped: of one step, since it is captured. */
function countFlops(device: WebgpuDevice): { stop(): number } {
	let total = 0;
	const { choose } = device;
	device.choose = (spec, variants, call) => {
		total += flopsOf(spec.name, call.shapes, call.attrs, call.y) ?? 0;
		return choose(spec, variants, call);
	};
	return {
		stop() {
			device.choose = choose;
			return total;
		},
	};
}
