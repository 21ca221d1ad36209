import { extname } from "node:path";
import { CONFIG_KEY } from "../app/job.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { cpuDevice } from "../index.ts";
import { encoders } from "../unet/encoders/index.ts";
import { loadModel, toOnnx } from "../unet/index.ts";
import { writeAtomically } from "./atomic-file.ts";
import { command } from "./command.ts";
import { readCheckpoint } from "./load-checkpoint.ts";
import * as option from "./option.ts";

/** `wgrad export`. */
export const exportOnnx = command({
	name: "export",
	summary: "Writes a trained network as an ONNX file, for other runtimes.",
	positionals: { usage: "RUN|FILE", max: 1 },
	options: {
		out: option.requiredText("FILE.onnx", "the ONNX file", "a new file"),
		size: option.size("height and width of its images (those of the training)"),
	},
	example: "wgrad export runs/pets-1 --out pets.onnx",
	notes: [
		"RUN is a run folder, whose best checkpoint is taken; FILE a .safetensors file.",
		"Input: image [batch, channels, height, width], float32, prepared as in the training",
		"(bytes divided by 255). Output: probabilities [batch, classes, height, width].",
		"The metadata has the configuration as JSON: unet, and wgrad with classNames and scale.",
	],
	async run({ out, size }, [place]) {
		if (!place) {
			throw new UsageError("give a run folder or a .safetensors file");
		}
		if (extname(out) !== ".onnx") {
			throw new UsageError(
				`--out is ${out}; give a name that ends in .onnx, so that no checkpoint is overwritten`,
			);
		}
		const { path, bytes, preprocessing } = await readCheckpoint(place);
		const { model, metadata } = loadModel(bytes, path, {
			device: cpuDevice(),
			encoders,
		});
		const [height, width] = size ?? preprocessing.size;
		const file = await toOnnx(model, {
			...{ height, width },
			metadata: { [CONFIG_KEY]: metadata[CONFIG_KEY] },
		});
		try {
			writeAtomically(out, file);
		} catch {
			throw new DataError("cannot be written; name a file in a folder", out);
		}
		const { inChannels, classes } = model.config;
		const tensor = (name: string, channels: number) =>
			`  ${name.padEnd(13)}  float32 [batch, ${channels}, ${height}, ${width}]`;
		process.stdout.write(
			[
				`${out}: ${(file.length / 2 ** 20).toFixed(2)} MiB`,
				`${tensor("image", inChannels)}, ${inputOf(preprocessing.scale)}`,
				`${tensor("probabilities", classes)}, ${preprocessing.classNames.join(", ")}`,
				"",
			].join("\n"),
		);
		return 0;
	},
});

/** How an image becomes the input. */
function inputOf(scale = 1 / 255): string {
	return scale === 1
		? "values as they are"
		: `values divided by ${Math.round(1 / scale)}`;
}
