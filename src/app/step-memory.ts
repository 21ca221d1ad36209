import { sizeOf } from "../engine/index.ts";
import { type WebgpuDevice, webgpuDevice } from "../index.ts";
import { architectureOf } from "../unet/config.ts";
import {
	type BatchShape,
	type Model,
	type Optimizer,
	train,
	type UnetOptions,
} from "../unet/index.ts";
import { modelOf } from "../unet/model.ts";
import { parameterSpecs } from "../unet/parameters.ts";
import { type AdapterProfile, nullGpu } from "./null-gpu.ts";

/** A U-Net on a device without memory; its values are 0. */
export async function blankModel(
	options: UnetOptions,
	profile: AdapterProfile,
): Promise<Model & { readonly device: WebgpuDevice }> {
	const device = await webgpuDevice({ gpu: nullGpu(profile) });
	const architecture = architectureOf(options);
	const sizes = parameterSpecs(architecture).map(({ shape }) => sizeOf(shape));
	const zeros = new Float32Array(sizes.reduce((a, b) => Math.max(a, b)));
	const model = modelOf(architecture, device, {
		param: ({ shape }) => zeros.subarray(0, sizeOf(shape)),
		moments: (_, channels) => new Float32Array(2 * channels),
	});
	return { ...model, device };
}

/** Most bytes that tensors take on such an adapter while a U-Net trains, weights and all; validation apart. */
export async function stepMemory(
	options: UnetOptions,
	optimizer: Optimizer,
	shape: BatchShape,
	profile: AdapterProfile,
): Promise<number> {
	const model = await blankModel(options, profile);
	const [n, h, w] = shape;
	const batch = {
		x: new Float32Array(sizeOf(shape)),
		labels: new Uint8Array(n * h * w),
		shape,
	};
	await train(model, {
		epochs: 1,
		// The second one allocates as all that follow.
		stepsPerEpoch: 2,
		nextBatch: () => batch,
		batchShape: shape,
		optimizer,
	});
	const { peakBytes } = model.device.stats;
	model.device.destroy();
	return peakBytes;
}
