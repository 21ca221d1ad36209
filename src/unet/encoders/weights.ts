import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "../safetensors.ts";
import type { Encoder } from "./encoder.ts";

/** Weights by Keras's names, as `Encoder.tensors` lists them and `decodeSafetensors` reads them. */
export type StoredWeights = ReadonlyMap<string, StoredTensor>;

/**
 * Compares weights with an encoder by name and shape; further tensors, such as
 * a classifier's, are passed over. `name` is the file, for messages.
 * @throws CheckpointError naming the first tensor that is missing or of another shape.
 */
export function checkEncoderWeights(
	encoder: Encoder,
	stored: StoredWeights,
	name = "encoder weights",
): void {
	for (const { name: key, shape } of encoder.tensors) {
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
	}
}

/**
 * The encoder with these weights in place of random ones. `name` is the file, for messages.
 * @throws CheckpointError when they are not the encoder's.
 */
export function pretrained(
	encoder: Encoder,
	stored: StoredWeights,
	name?: string,
): Encoder {
	checkEncoderWeights(encoder, stored, name);
	const param = (key: string) => (stored.get(key) as StoredTensor).data;
	const moments = (layer: string) => {
		const parts = ["moving_mean", "moving_variance"].map((part) =>
			param(`${layer}/${part}`),
		);
		const both = new Float32Array(2 * parts[0].length);
		parts.forEach((part, half) => {
			both.set(part, half * part.length);
		});
		return both;
	};
	return { ...encoder, start: { param, moments } };
}
