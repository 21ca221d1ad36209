import { sizeOf } from "../engine/index.ts";
import { parameterSpecs, type UnetOptions, unetConfig } from "./config.ts";

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
 * The layers of a U-Net on images [N, H, W], in the order they run. Height and
 * width are what the network pads them to.
 * @throws ConfigError when a field is out of range.
 */
export function unetSummary(
	options: UnetOptions,
	[n, h, w]: readonly [number, number, number],
): LayerSummary[] {
	const config = unetConfig(options);
	const multiple = 2 ** config.decoder.length;
	const [height, width] = [h, w].map((e) => Math.ceil(e / multiple) * multiple);
	const layers = new Map<string, LayerSummary>();
	for (const { name, shape } of parameterSpecs(config)) {
		const layer = name.replace(/\.(weight|bias)$/, "");
		const known = layers.get(layer);
		if (known) {
			const parameters = known.parameters + sizeOf(shape);
			layers.set(layer, { ...known, parameters });
			continue;
		}
		const level = Number(/^\w+\.(\d+)\./.exec(layer)?.[1] ?? 0);
		// In the form that pools within, a level's normalisation comes after the pooling.
		const pooled =
			config.pooling === "within" &&
			/^encoder\.\d+\.norm/.test(layer) &&
			level < config.encoder.length - 1;
		const scale = 2 ** (level + (pooled ? 1 : 0));
		const transposed = layer.endsWith(".up");
		const channels = transposed ? shape[2] : shape[shape.length - 1];
		const output = [n, height / scale, width / scale, channels];
		// A transposed convolution with stride 2 visits its input's pixels: a quarter.
		const visited = (n * output[1] * output[2]) / (transposed ? 4 : 1);
		layers.set(layer, {
			name: layer,
			weight: shape,
			output,
			parameters: sizeOf(shape),
			moments: config.norm === "batch" && shape.length === 1 ? 2 * shape[0] : 0,
			macs: shape.length === 4 ? visited * sizeOf(shape) : 0,
		});
	}
	return [...layers.values()];
}
