import { sizeOf } from "../engine/index.ts";
import { architectureOf, type UnetOptions } from "./config.ts";
import type { Network } from "./encoders/network.ts";
import { ConfigError } from "./errors.ts";
import { multipleOf } from "./frame.ts";
import { BACKBONE, parameterSpecs } from "./parameters.ts";

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
	const architecture = architectureOf(options);
	const { config, encoder } = architecture;
	if (config.padding === "valid") {
		throw new ConfigError('unetSummary: padding "valid" has no summary yet');
	}
	const multiple = multipleOf(config);
	const [height, width] = [h, w].map((e) => Math.ceil(e / multiple) * multiple);
	const layers = new Map<string, LayerSummary>();
	const lent = encoder ? backboneLayers(encoder, [n, height, width]) : [];
	for (const layer of lent) layers.set(layer.name, layer);
	for (const { name, shape } of parameterSpecs(architecture)) {
		if (name.startsWith(BACKBONE)) continue;
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
		const head = layer === "head";
		const halved = pooled || (encoder && !head);
		const scale = 2 ** (level + (halved ? 1 : 0));
		const transposed =
			shape.length === 4 && (layer.endsWith(".up") || (head && encoder));
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

/** The layers of a backbone on images [N, H, W]. */
function backboneLayers(
	network: Network,
	[n, height, width]: readonly [number, number, number],
): LayerSummary[] {
	interface Size {
		readonly scale: number;
		readonly channels: number;
	}
	const layers: LayerSummary[] = [];
	const put = (
		name: string,
		weight: readonly number[],
		{ scale, channels }: Size,
	) => {
		const norm = weight.length === 1;
		const output = [n, height / scale, width / scale, channels];
		layers.push({
			name: BACKBONE + name,
			weight,
			output,
			parameters: sizeOf(weight) * (norm ? 2 : 1),
			moments: norm ? 2 * channels : 0,
			macs: norm ? 0 : n * output[1] * output[2] * sizeOf(weight),
		});
	};
	const halved = (x: Size) => ({ ...x, scale: 2 * x.scale });
	const same = (x: Size) => x;
	network.layers<Size>(
		{
			conv(name, x, { kernel, channels, stride = 1 }) {
				const y = { scale: x.scale * stride, channels };
				put(name, [kernel, kernel, x.channels, channels], y);
				return y;
			},
			depthwise(name, x, stride) {
				const y = { ...x, scale: x.scale * stride };
				put(name, [3, 3, 1, x.channels], y);
				return y;
			},
			norm(name, x) {
				put(name, [x.channels], x);
				return x;
			},
			relu: same,
			relu6: same,
			maxPool: halved,
			avgPool: halved,
			concat: (a, b) => ({ ...a, channels: a.channels + b.channels }),
			add: same,
		},
		{ scale: 1, channels: 3 },
	);
	return layers;
}
