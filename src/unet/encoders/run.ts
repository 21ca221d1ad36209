import {
	type Device,
	defaultDevice,
	sizeOf,
	type Tensor,
	tensor,
} from "../../engine/index.ts";
import {
	add,
	avgPool,
	concat,
	conv2d,
	maxPool,
	normalize,
	relu,
	relu6,
} from "../../kernels/index.ts";
import { CheckpointError } from "../errors.ts";
import { heNormal } from "../init.ts";
import type { NamedTensors } from "../model.ts";
import type { StoredTensor } from "../safetensors.ts";
import { type Encoder, type EncoderTensor, encoderTensors } from "./network.ts";

/** An encoder whose weights training leaves alone. */
export interface FrozenEncoder {
	readonly encoder: Encoder;
	/** By Keras's names; of a normalisation `NAME/moments` [2, C] is mean and variance. */
	readonly tensors: NamedTensors;
}

/**
 * An encoder with weights by Keras's names, as `encoderTensors` lists them and
 * `decodeSafetensors` reads them; further tensors, such as a classifier's, are passed over.
 * @throws CheckpointError naming the first tensor that is missing or of another shape.
 */
export function loadEncoder(
	encoder: Encoder,
	stored: ReadonlyMap<string, StoredTensor>,
	name = encoder.name,
	options: { readonly inChannels?: number; readonly device?: Device } = {},
): FrozenEncoder {
	return build(encoder, options, ({ name: key, shape }) => {
		const found = stored.get(key);
		if (!found) {
			throw new CheckpointError(
				`${name}: tensor ${key} is missing, so these are no weights of ${encoder.name}`,
			);
		}
		if (found.shape.join() !== shape.join()) {
			throw new CheckpointError(
				`${name}: tensor ${key} is [${found.shape}]; ${encoder.name} needs [${shape}]`,
			);
		}
		return found.data;
	});
}

/** An encoder with seeded random weights and moments that change nothing. */
export function randomEncoder(
	encoder: Encoder,
	seed = 0,
	options: { readonly inChannels?: number; readonly device?: Device } = {},
): FrozenEncoder {
	let stream = 0;
	return build(encoder, options, ({ name, shape }) => {
		stream++;
		if (shape.length === 1) {
			const one = /gamma$|variance$/.test(name) ? 1 : 0;
			return new Float32Array(shape[0]).fill(one);
		}
		const [kh, kw, a, b] = shape;
		const depthwise = name.endsWith("depthwise_kernel");
		return heNormal(depthwise ? [kh, kw, 1, a] : [kh, kw, a, b], seed, stream);
	});
}

function build(
	encoder: Encoder,
	{
		inChannels = 3,
		device = defaultDevice(),
	}: { readonly inChannels?: number; readonly device?: Device },
	values: (t: EncoderTensor) => Float32Array,
): FrozenEncoder {
	const tensors: Record<string, Tensor> = {};
	const means = new Map<string, Float32Array>();
	for (const spec of encoderTensors(encoder, inChannels).tensors) {
		const { name, shape } = spec;
		const data = values(spec);
		const layer = name.slice(0, name.lastIndexOf("/"));
		if (name.endsWith("/moving_mean")) {
			means.set(layer, data);
		} else if (name.endsWith("/moving_variance")) {
			const both = new Float32Array(2 * shape[0]);
			both.set(means.get(layer) as Float32Array);
			both.set(data, shape[0]);
			tensors[`${layer}/moments`] = tensor(both, [2, shape[0]], { device });
		} else if (name.endsWith("/depthwise_kernel")) {
			const [kh, kw, channels] = shape;
			tensors[name] = tensor(data, [kh, kw, 1, channels], { device });
		} else {
			tensors[name] = tensor(data, shape, { device });
		}
	}
	return { encoder, tensors };
}

/**
 * The encoder's five results for images x [N, H, W, C], normalised by the
 * running moments. Height and width should divide by 32; each result has half
 * of those before it.
 */
export function encoderResults(
	{ encoder, tensors }: FrozenEncoder,
	x: Tensor,
): readonly Tensor[] {
	return encoder.layers<Tensor>(
		{
			conv: (name, y, { stride = 1, padding = 0 }) =>
				conv2d(y, tensors[`${name}/kernel`], { stride, padding }),
			depthwise: (name, y, stride) =>
				conv2d(y, tensors[`${name}/depthwise_kernel`], {
					stride,
					padding: "same",
					groups: y.shape[3],
				}),
			norm: (name, y) =>
				normalize(
					y,
					tensors[`${name}/moments`],
					tensors[`${name}/gamma`],
					tensors[`${name}/beta`],
					{ epsilon: encoder.epsilon },
				),
			relu: (y) => relu(y),
			relu6: (y) => relu6(y),
			maxPool: (y) => maxPool(y, { size: 3, stride: 2, padding: 1 }),
			avgPool: (y) => avgPool(y),
			concat: (a, b) => concat(a, b),
			add: (a, b) => add(a, b),
		},
		x,
	);
}

/** Values of an encoder, running moments included: what Keras counts. */
export function encoderSize(encoder: Encoder, inChannels = 3): number {
	return encoderTensors(encoder, inChannels).tensors.reduce(
		(sum, { shape }) => sum + sizeOf(shape),
		0,
	);
}
