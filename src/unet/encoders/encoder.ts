import type { Tensor } from "../../engine/index.ts";
import { type EncoderTensor, encoderTensors, type Network } from "./network.ts";
import { type EncoderWeights, encoderResults } from "./run.ts";

/** A published network that can be a U-Net's backbone. */
export interface Encoder extends Network {
	/** In the order of the layers. */
	readonly tensors: readonly EncoderTensor[];
	/** Of the five results. */
	readonly channels: readonly number[];
	/** What its tensors start with; random without it. */
	readonly start?: {
		/** Values of a tensor by its name in `tensors`. */
		param(name: string): Float32Array;
		/** Mean and variance of one normalisation, [2, C]. */
		moments(layer: string): Float32Array;
	};
	/**
	 * The five results for images x [N, H, W, 3] between 0 and 1. Height and
	 * width should divide by 32; each result has half of those before it.
	 */
	results(weights: EncoderWeights, x: Tensor): readonly Tensor[];
}

/** A network with all that a U-Net needs of it, so that one without carries nothing of this. */
export function encoder(network: Network): Encoder {
	return {
		...network,
		...encoderTensors(network),
		results: (weights, x) => encoderResults(network, weights, x),
	};
}
