import { sizeOf, type WebgpuDevice, zeros } from "../engine/index.ts";
import { recordSteps } from "../engine/recording.ts";
import { forward } from "./forward.ts";
import type { Model } from "./model.ts";

/** One layer with weights, as it runs on a batch. */
export interface LayerSummary {
	/** Name of its parameters without the last part, such as `encoder.0.conv.0`. */
	readonly name: string;
	/** Shape of the weight: HWIO, of transposed convolutions HWOI, of normalisations [C]. */
	readonly weight: readonly number[];
	/** Shape of its result, [N, H, W, C]; before the pooling that follows. */
	readonly output: readonly number[];
	/** Trainable values. */
	readonly parameters: number;
	/** Running moments, which training changes without a gradient. */
	readonly moments: number;
	/** Multiply-adds of the forward pass on the batch; of convolutions only. */
	readonly macs: number;
}

/**
 * The layers of a U-Net on images [N, H, W], in the order they run: what its
 * forward pass does, recorded without running.
 */
export function unetSummary(
	model: Model & { readonly device: WebgpuDevice },
	[n, h, w]: readonly [number, number, number],
): LayerSummary[] {
	const { config, device, params, state } = model;
	const names = new Map(
		Object.entries(params).map(([name, { storage }]) => [storage, name]),
	);
	const x = zeros([n, h, w, config.inChannels], { device });
	const { steps } = recordSteps(
		device,
		[x],
		([image]) => forward(model, params, image).outputs,
	);
	const layers = new Map<string, LayerSummary>();
	for (const { spec, inputs, y } of steps) {
		for (const operand of inputs) {
			const name = names.get(operand?.memory);
			if (!name || !operand || !y) continue;
			const layer = name.replace(/[./](\w*kernel|weight|gamma|beta|bias)$/, "");
			const { shape } = operand;
			const known = layers.get(layer);
			const parameters = (known?.parameters ?? 0) + sizeOf(shape);
			if (known) {
				layers.set(layer, { ...known, parameters });
				continue;
			}
			// A transposed convolution visits the pixels of its input.
			const pixels =
				spec.name === "conv2dInputGrad" ? inputs[0]?.shape : y.shape;
			const visited = sizeOf(pixels?.slice(0, 3) ?? []);
			layers.set(layer, {
				name: layer,
				weight: shape,
				output: y.shape,
				parameters,
				moments: layer in state ? sizeOf(state[layer].shape) : 0,
				macs: shape.length === 4 ? visited * sizeOf(shape) : 0,
			});
		}
	}
	return [...layers.values()];
}
