import { readBatch, trainingBatches } from "../../src/data/batches.ts";
import type { SampleSource } from "../../src/data/sample-source.ts";
import { createSampler } from "../../src/data/sampler.ts";
import { webgpuDevice } from "../../src/engine/index.ts";
import {
	evaluate,
	iou,
	meanIou,
	mobilenetV2,
	pretrained,
	type StoredWeights,
	train,
	unet,
} from "../../src/unet/index.ts";

/** What is compared. */
export interface EncoderTrial {
	readonly training: SampleSource;
	readonly validation: SampleSource;
	/** Weights of the encoders by name; undefined = random ones. */
	readonly encoders: Readonly<Record<string, StoredWeights | undefined>>;
	/** Class whose IoU is printed beside the mean. */
	readonly shown: number;
	readonly seed: number;
}

const BATCH = 8;
const EPOCHS = 6;

/** Trains a decoder over each encoder, which stays as it is, and prints how well it finds the pets of the validation images. */
export async function run(trial: EncoderTrial, gpu: GPU): Promise<void> {
	const { training, validation, seed } = trial;
	const device = await webgpuDevice({ gpu });
	console.log(
		`${training.count} images to train, ${validation.count} to validate, ${training.height}x${training.width}; ${EPOCHS} epochs of batches of ${BATCH}; ${device.identity.description}`,
	);
	for (const [name, weights] of Object.entries(trial.encoders)) {
		const model = unet(
			{
				inChannels: 3,
				classes: 2,
				backbone: weights ? pretrained(mobilenetV2, weights) : mobilenetV2,
				decoder: [16, 32, 32, 64],
				decoderConvs: [0, 0, 0, 0],
				upKernel: 3,
				upFinish: "before",
				headKernel: 3,
			},
			{ seed, device },
		);
		const order = { count: training.count, batchSize: BATCH, seed };
		const batches = trainingBatches(training, createSampler(order), {
			augment: { steps: [], choose: "each", outside: 255 },
			seed,
		});
		const start = performance.now();
		await train(model, {
			epochs: EPOCHS,
			frozenIn: () => true,
			stepsPerEpoch: batches.stepsPerEpoch,
			nextBatch: batches.next,
			learningRate: 3e-3,
		});
		const seconds = (performance.now() - start) / 1000;
		const { confusion } = await evaluate(model, inOrder(validation));
		const [pet, mean] = [iou(confusion)[trial.shown], meanIou(confusion)];
		console.log(
			`${name} encoder, frozen: IoU ${pet?.toFixed(3)}, mIoU ${mean?.toFixed(3)} (${seconds.toFixed(0)} s)`,
		);
	}
	device.destroy();
}

async function* inOrder(set: SampleSource) {
	for (let i = 0; i < set.count; i += BATCH) {
		const count = Math.min(BATCH, set.count - i);
		yield await readBatch(
			set,
			Array.from({ length: count }, (_, k) => i + k),
		);
	}
}
