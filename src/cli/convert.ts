import { DataError, UsageError } from "../data/errors.ts";
import { type EncoderName, encoders } from "../unet/encoders/index.ts";
import { kerasWeights } from "../unet/encoders/keras-weights.ts";
import { CheckpointError, encodeSafetensors } from "../unet/index.ts";
import { writeAtomically } from "./atomic-file.ts";
import { command } from "./command.ts";
import * as option from "./option.ts";
import { readTfjsModel } from "./tfjs-model.ts";

const ENCODERS = Object.keys(encoders) as EncoderName[];

/** `wgrad convert`. */
export const convert = command({
	name: "convert",
	summary: "Turns the weights of a TensorFlow.js model into safetensors.",
	positionals: { usage: "MODEL.json", max: 1 },
	options: {
		out: option.requiredText("FILE", "the safetensors file", "a new file"),
		encoder: option.choice(
			ENCODERS,
			"only this network's weights, by Keras's names",
		),
	},
	example:
		"wgrad convert movenet.json --encoder mobilenet-v2 --out encoder.safetensors",
	notes: [
		"Reads model.json and the files of weights beside it, float16 and quantised ones too.",
		"With --encoder, train --encoder-weights takes FILE.",
	],
	async run({ out, encoder }, [path]) {
		if (!path) throw new UsageError("give the model.json of a model");
		const tensors = encoderOf(readTfjsModel(path), encoder, path);
		const metadata = new Map([["source", path]]);
		try {
			writeAtomically(out, encodeSafetensors({ metadata, tensors }));
		} catch {
			throw new DataError("cannot be written; name a file in a folder", out);
		}
		process.stdout.write(`${out}: ${tensors.size} tensors\n`);
		return 0;
	},
});

function encoderOf(
	tensors: ReturnType<typeof readTfjsModel>,
	encoder: EncoderName | undefined,
	path: string,
) {
	if (!encoder) return tensors;
	try {
		return kerasWeights(encoders[encoder], tensors, path);
	} catch (error) {
		if (error instanceof CheckpointError) throw new DataError(error.message);
		throw error;
	}
}
