import { scope, type WebgpuDevice } from "../src/engine/index.ts";
import { uploadBatch } from "../src/unet/batch-step.ts";
import { adam, optimizerState, unet } from "../src/unet/index.ts";
import { plainStep } from "../src/unet/training-step.ts";
import { benchNet } from "./bench-net.ts";
import { measurePeak, type Peak } from "./peak.ts";
import { type DispatchTime, profile } from "./profile.ts";
import type { NetName } from "./report.ts";

/** A profiled training step. */
export interface StepProfile {
	readonly adapter: string;
	readonly net: string;
	readonly peak: Peak;
	readonly dispatches: readonly DispatchTime[];
}

/** Profiles one plain (not captured) training step of a net after some that compile and warm up. */
export async function profileStep(
	device: WebgpuDevice,
	net: NetName,
	progress: (text: string) => void,
): Promise<StepProfile> {
	progress("peak of multiply-adds and of copies");
	const peak = await measurePeak(device);
	const { options, batch } = benchNet(net);
	const model = unet(options, { seed: 0, device });
	const optimizer = adam();
	const state = optimizerState(optimizer, model.params);
	const { x, labels } = uploadBatch(batch, device);
	const train = plainStep(model, {}, optimizer, state, undefined, () => 1e-3);
	const step = () => void scope(() => train(x, labels));
	for (const round of [1, 2]) {
		progress(`training step ${round}`);
		step();
		await device.finished();
	}
	progress("profiled training step");
	const dispatches = await profile(device, step);
	const { description: adapter } = device.identity;
	return { adapter, net, peak, dispatches };
}
