import type { WebgpuDevice } from "../src/engine/index.ts";
import { parameterCount, train, unet } from "../src/unet/index.ts";
import { benchNet } from "./bench-net.ts";
import { flopsOf } from "./flops.ts";
import { type NetName, STEP_NAME, type StepTiming } from "./report.ts";
import { median, rangeOf } from "./timing.ts";

const STEPS = 12;

/** Times training steps of a net on random images. */
export async function timeTrainingStep(
	device: WebgpuDevice,
	net: NetName,
	progress: (text: string) => void,
): Promise<StepTiming> {
	const { options: form, batch: data } = benchNet(net);
	const model = unet(form, { seed: 0, device });
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
		name: `${STEP_NAME} of net ${net}`,
		config: model.config,
		batch: data.shape,
		parameters: parameterCount(form),
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
