import type { AugmentConfig } from "../data/augment.ts";
import type { SamplerOptions } from "../data/sampler.ts";
import type { SplitPlan } from "../data/split.ts";
import type { NamedOptions } from "../unet/index.ts";
import type { OptimizerName } from "./job.ts";

/** A U-Net that somebody published, with the settings it was trained with and how its data was prepared. */
export interface Preset {
	/** Where form and settings were described. */
	readonly source: string;
	/** Height and width of the images. */
	readonly size: readonly [number, number];
	readonly model: NamedOptions;
	readonly optimizer: OptimizerName;
	readonly learningRate: number;
	/** Absent where the source names none. */
	readonly batch?: number;
	readonly epochs?: number;
	/** Of these epochs, how many leave the backbone as it is. */
	readonly frozenEpochs?: number;
	/** As shares of the images, which of the author's set give his numbers; the seed is the user's. */
	readonly split?: Omit<SplitPlan, "seed">;
	/** Default shuffle. */
	readonly sampling?: SamplerOptions["sampling"];
	/** Changes of the training images; default none. */
	readonly augment?: Pick<AugmentConfig, "steps" | "choose">;
}

/**
 * Published networks as data over the one generic U-Net. Lists begin at the
 * full resolution; what is not given has the default of `unetDefaults`.
 */
export const presets = {
	unet: {
		source:
			"the generic form; --set model.depth=4, model.norm=group and so on change it",
		size: [128, 128],
		model: { inChannels: 3, classes: 2 },
		optimizer: "adam",
		learningRate: 1e-3,
	},
	ochuman: {
		source:
			"seed 000, person masks of OCHuman; two ReLU convolutions a level with dropout between, nearest upsampling",
		size: [512, 512],
		model: {
			inChannels: 3,
			classes: 2,
			// Persons white on black, as a picture of three colours; [[0], [1]] for a mask.
			targets: [
				[0, 0, 0],
				[1, 1, 1],
			],
			encoder: [32, 64, 128, 128],
			decoder: [32, 64, 64],
			up: "nearest",
			norm: "none",
			dropout: 0.2,
		},
		optimizer: "adam",
		learningRate: 1e-3,
		// Of 4,731 images 30 % do not train (1,420), 15 % of these are the test (213).
		split: { val: 0.255, test: 0.045 },
	},
	clothing: {
		source:
			"seed 001, 59 classes of persons and clothes; DenseNet121 and the decoder of TensorFlow's pix2pix example. The encoder is frozen for 20 epochs and trains with the rest from then on",
		size: [128, 128],
		model: {
			inChannels: 3,
			classes: 59,
			backbone: "densenet121",
			decoder: [64, 128, 256, 512],
			decoderConvs: [0, 0, 0, 0],
			upKernel: 3,
			upFinish: "before",
			momentum: 0.99,
			headKernel: 3,
		},
		optimizer: "rmsprop",
		learningRate: 1e-3,
		batch: 64,
		epochs: 40,
		frozenEpochs: 20,
		// Of 1,000 images.
		split: { val: 0.2 },
		// The author trains on every image and on one copy of it for each of seven changes;
		// that is any of the eight, equally likely. (His turned copies are made but, by a slip, never used.)
		augment: {
			choose: "one",
			steps: [
				{ name: "brightness", range: [0.1, 0.1], probability: 1 / 8 },
				{ name: "gamma", range: [0.1, 0.1], probability: 1 / 8 },
				{ name: "hue", range: [-0.1, -0.1], probability: 1 / 8 },
				{ name: "central-crop", range: [0.7, 0.7], probability: 1 / 8 },
				{ name: "flip-left-right", probability: 1 / 8 },
				{ name: "flip-up-down", probability: 1 / 8 },
				{ name: "rot90", range: [1, 1], probability: 1 / 8 },
			],
		},
	},
	"voc-person": {
		source:
			"seed 002, persons of VOC 2012; Ronneberger et al. 2015, arXiv:1505.04597, with padding so that masks keep the image's size",
		size: [256, 256],
		model: {
			inChannels: 3,
			classes: 2,
			base: 64,
			depth: 4,
			norm: "none",
		},
		optimizer: "adam",
		learningRate: 1e-3,
		// The author's loader takes the first images to train, not shuffled; he does not say how many.
		split: { val: 0.2, pick: "tail" },
	},
	pets: {
		source:
			"seed 003, Oxford-IIIT pets; TensorFlow's Adam at its default rate, a 3x3 head",
		size: [128, 128],
		model: {
			inChannels: 3,
			classes: 3,
			base: 32,
			depth: 4,
			norm: "none",
			headKernel: 3,
		},
		optimizer: "adam",
		learningRate: 1e-3,
		batch: 32,
		epochs: 15,
		// 1,000 images of 7,390.
		split: { val: 1000 / 7390 },
	},
	m2nist: {
		source:
			"seed 004, M2NIST digits; its 60 layers, Keras's LeakyReLU 0.3 and batch normalisation 0.99 and 1e-3. Its last transposed convolution has stride 1: a convolution with the kernel turned round. Its Adadelta is that of Keras 2, with rate 1",
		size: [64, 84],
		model: {
			inChannels: 1,
			classes: 11,
			encoder: [32, 64, 128, 128, 128, 128],
			encoderKernels: [5, 5, 5, 3, 3, 3],
			decoder: [11, 64, 64, 128, 128],
			decoderConvs: [0, 0, 0, 0, 0],
			upKernel: 5,
			upFinish: "after",
			pooling: "within",
			order: "activation-norm",
			bias: true,
			activation: "leakyRelu",
			momentum: 0.99,
			epsilon: 1e-3,
			headKernel: 5,
		},
		optimizer: "adadelta",
		learningRate: 1,
		batch: 16,
		// 100 images of 5,000; batches are drawn with replacement.
		split: { val: 0.02, pick: "tail" },
		sampling: "replacement",
	},
} as const satisfies Record<string, Preset>;

/** Names of the presets. */
export type PresetName = keyof typeof presets;
