import { readFileSync } from "node:fs";
import type { TrainConfig } from "../app/job.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { type EncoderName, encoders } from "../unet/encoders/index.ts";
import { normsAreMerged } from "../unet/encoders/keras-weights.ts";
import { checkEncoderWeights } from "../unet/encoders/weights.ts";
import {
	CheckpointError,
	decodeSafetensors,
	type UnetConfig,
} from "../unet/index.ts";

/** The bytes of a file of encoder weights. Throws DataError naming it. */
export function readEncoderWeights(path: string): Uint8Array<ArrayBuffer> {
	try {
		// A copy of its own: Node's small buffers share one.
		return Uint8Array.from(readFileSync(path));
	} catch {
		throw new DataError("cannot be read; give a safetensors file", path);
	}
}

/** Checks a file of weights before any browser starts. Throws DataError naming the file and what is wrong in it. */
export function checkWeightsFile(path: string, { backbone }: UnetConfig): void {
	if (backbone === "none") {
		throw new UsageError(
			"--encoder-weights needs a network with a published encoder, for example --preset clothing",
		);
	}
	try {
		const { tensors } = decodeSafetensors(readEncoderWeights(path), path);
		checkEncoderWeights(encoders[backbone as EncoderName], tensors, path);
	} catch (error) {
		if (error instanceof CheckpointError) throw new DataError(error.message);
		throw error;
	}
}

/** Tells of weights that will be unlearnt because the training releases them. */
export function warnOfMergedNorms(
	{ encoderWeights: path, model, phases }: TrainConfig,
	warn: (message: string) => void,
): void {
	const kept = model.backboneMoments === "running";
	if (path === undefined || kept || phases?.every(({ frozen }) => frozen)) {
		return;
	}
	const { tensors } = decodeSafetensors(readEncoderWeights(path), path);
	if (normsAreMerged(encoders[model.backbone as EncoderName], tensors)) {
		warn(
			`${path}: its normalisations are merged into the convolutions, so it unlearns where it is not frozen, normalised by the moments of each batch; give --set model.backboneMoments=running`,
		);
	}
}
