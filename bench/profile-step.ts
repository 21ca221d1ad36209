import {
	scope,
	type Tensor,
	tensor,
	valueAndGrad,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import { softmaxCrossEntropy, updateMoments } from "../src/kernels/index.ts";
import {
	adam,
	forward,
	type NamedTensors,
	optimizerState,
	optimizerStep,
	unet,
} from "../src/unet/index.ts";
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
	const { config, batch } = benchNet(net);
	const model = unet(config, { seed: 0, device });
	const optimizer = adam();
	const state = optimizerState(optimizer, model.params);
	const x = tensor(batch.x, batch.shape, { device });
	const labels = tensor(
		Int32Array.from(batch.labels),
		batch.shape.slice(0, 3),
		{
			device,
		},
	);
	const gradients = valueAndGrad((params: NamedTensors) => {
		const { logits, moments } = forward(model, params, x, { training: true });
		return { loss: softmaxCrossEntropy(logits, labels), moments };
	});
	const step = () =>
		scope(() => {
			const { value, grads } = gradients(model.params);
			optimizerStep(optimizer, state, model.params, grads, 1e-3);
			const moved = value.moments as Record<string, Tensor>;
			for (const [name, moments] of Object.entries(moved)) {
				updateMoments(model.state[name], moments);
			}
		});
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
