import { type Tensor, tensor } from "../../engine/index.ts";
import {
	add,
	avgPool,
	concat,
	conv2d,
	maxPool,
	moments,
	normalize,
	relu,
	relu6,
} from "../../kernels/index.ts";
import type { NamedTensors } from "../model.ts";
import type { Network } from "./network.ts";

/** Tensors of an encoder, by `prefix` and Keras's names. */
export interface EncoderWeights {
	readonly prefix: string;
	readonly params: NamedTensors;
	/** Mean and variance [2, C] under each normalisation's name. */
	readonly state: NamedTensors;
	/** Takes the moments of the batch, which then normalise; without it the running ones do. */
	readonly batch?: Record<string, Tensor> | undefined;
}

/** What `Encoder.results` returns. */
export function encoderResults(
	network: Network,
	{ prefix, params, state, batch }: EncoderWeights,
	x: Tensor,
): readonly Tensor[] {
	const { epsilon } = network;
	return network.layers<Tensor>(
		{
			conv: (name, y, { stride = 1, padding = 0 }) =>
				conv2d(y, params[`${prefix}${name}/kernel`], { stride, padding }),
			depthwise: (name, y, stride) =>
				conv2d(y, params[`${prefix}${name}/depthwise_kernel`], {
					stride,
					padding: "same",
					groups: y.shape[3],
				}),
			norm(name, y) {
				const key = prefix + name;
				const [gamma, beta] = ["gamma", "beta"].map(
					(part) => params[`${key}/${part}`],
				);
				if (batch) batch[key] = moments(y);
				const used = batch?.[key] ?? state[key];
				return normalize(y, used, gamma, beta, { epsilon });
			},
			relu: (y) => relu(y),
			relu6: (y) => relu6(y),
			maxPool: (y) => maxPool(y, { size: 3, stride: 2, padding: 1 }),
			avgPool: (y) => avgPool(y),
			concat: (a, b) => concat(a, b),
			add: (a, b) => add(a, b),
		},
		asTrained(network, x),
	);
}

/** The image as the encoder was trained to see it. */
function asTrained({ input: { mean, variance } }: Network, x: Tensor): Tensor {
	const { device } = x;
	const seen = tensor([...mean, ...variance], [2, 3], { device });
	const gamma = tensor([1, 1, 1], [3], { device });
	const beta = tensor([0, 0, 0], [3], { device });
	return normalize(x, seen, gamma, beta, { epsilon: 0 });
}
