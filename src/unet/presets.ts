import type { UnetOptions } from "./config.ts";

/** An optimizer as a preset and a training's configuration name it; `rmsprop` is Keras's. */
export type OptimizerName = "adam" | "adadelta" | "rmsprop";

/** A U-Net that somebody published, with the settings it was trained with. */
export interface Preset {
	/** Where form and settings were described. */
	readonly source: string;
	/** Height and width of the images. */
	readonly size: readonly [number, number];
	readonly model: UnetOptions;
	readonly optimizer: OptimizerName;
	readonly learningRate: number;
	/** Absent where the source names none. */
	readonly batch?: number;
	readonly epochs?: number;
	/** Of these epochs, how many leave the backbone as it is. */
	readonly frozenEpochs?: number;
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
			classes: 3,
			encoder: [32, 64, 128, 128],
			decoder: [32, 64, 64],
			up: "nearest",
			norm: "none",
			dropout: 0.2,
		},
		optimizer: "adam",
		learningRate: 1e-3,
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
	},
} as const satisfies Record<string, Preset>;

/** Names of the presets. */
export type PresetName = keyof typeof presets;
