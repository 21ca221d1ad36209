import type { AugmentConfig } from "../data/augment.ts";
import type { SamplerOptions } from "../data/sampler.ts";
import type { TuneReport } from "../engine/tuned.ts";
import type { Tuning } from "../engine/tuning.ts";
import type { UnetConfig } from "../unet/index.ts";

/** An optimizer as a preset and a configuration name it; `rmsprop` is Keras's. */
export type OptimizerName = "adam" | "adadelta" | "rmsprop";

/** What `wgrad train` decided, as `config.json` records it and a checkpoint carries it. */
export interface TrainConfig {
	readonly model: UnetConfig;
	/** Image height and width the net trains at. */
	readonly size: readonly [number, number];
	/** Factor from raw pixel values to the net's input, 1/255 for bytes. */
	readonly scale: number;
	readonly classNames: readonly string[];
	/** Images per pass; a step makes `accumulate` passes. */
	readonly batch: number;
	readonly accumulate: number;
	/** How activations and their gradients are stored; f32 without it. */
	readonly precision?: "f32" | "f16";
	readonly epochs: number;
	/** Default adam. */
	readonly optimizer?: OptimizerName;
	/** File of the backbone's weights. */
	readonly encoderWeights?: string;
	/** Parts of the training, of `epochs` together; else it is one. */
	readonly phases?: readonly Phase[];
	/** Peak learning rate of the optimizer. */
	readonly learningRate: number;
	/** How the learning rate moves over the whole training. */
	readonly schedule: "one-cycle" | "cosine" | "constant";
	/** Weight of each class in the loss; none means equal weights. */
	readonly classWeights?: readonly number[];
	/** What happens to training images. */
	readonly augment: AugmentConfig;
	readonly sampling: NonNullable<SamplerOptions["sampling"]>;
	/** Decay of the moving average of the weights; none without it. */
	readonly average?: number;
	/** What makes an epoch the best. */
	readonly monitor: "miou" | "loss";
	/** Epochs without a better one after which the training ends; never without it. */
	readonly patience?: number;
	/** How many epochs' checkpoints are kept besides the last and the best. */
	readonly keep?: number;
	readonly seed: number;
	/** How mask values became class numbers, `--map 255=1`. */
	readonly map?: Readonly<Record<string, number>>;
	/** Added to the mask values that `map` does not have, `--offset -1`. */
	readonly offset?: number;
	/** Mask values that count in neither loss nor metrics. */
	readonly ignore: readonly number[];
}

/** Some epochs of a training; their numbers go on from those before. */
export interface Phase {
	readonly epochs: number;
	/** Whether the backbone stays as it is. */
	readonly frozen: boolean;
	/** Peak of a schedule of its own. */
	readonly learningRate: number;
}

/** How to read the images of the host: a segmentation set without its values. */
export interface SetHeader {
	readonly count: number;
	readonly height: number;
	readonly width: number;
	readonly channels: number;
	readonly classes: number;
	readonly scale: number;
	readonly dtype: "u8" | "f32";
}

/** Key of the checkpoint's metadata under which the `TrainConfig` lies as JSON. */
export const CONFIG_KEY = "wgrad";

/** How kernels are chosen where not by the default order. */
export interface Tune {
	/** How much is measured. */
	readonly effort: "off" | "fast" | "full";
	/** Choices to take as they are, and the file they come from. */
	readonly tuning?: Tuning;
	readonly from?: string;
}

/** Work for a worker of the page, or for Node itself; plain JSON. */
export type Job =
	| {
			readonly kind: "train";
			readonly device: "webgpu" | "cpu";
			readonly config: TrainConfig;
			readonly train: SetHeader;
			readonly valid: SetHeader;
			/** How many validation images get their prediction written each epoch. */
			readonly samples: number;
			/** How many images the best and the worst are at the end. */
			readonly ranked: number;
			readonly tune?: Tune | undefined;
			/** Seconds between two checkpoints within an epoch; default that of `train`. */
			readonly saveEvery?: number | undefined;
			/** Most bytes of images that are kept for the next epoch. */
			readonly cacheBytes: number;
			/** Goes on from the host's `checkpoint`. */
			readonly resume: boolean;
			/** For balanced sampling: the training images that show each class. */
			readonly imagesOfClass?: readonly (readonly number[])[];
	  }
	| {
			readonly kind: "eval";
			readonly device: "webgpu" | "cpu";
			readonly set: SetHeader;
			readonly batch: number;
			readonly tune?: Tune | undefined;
	  }
	| {
			readonly kind: "predict";
			readonly device: "webgpu" | "cpu";
			readonly set: SetHeader;
			/** Whether images bring the border that valid convolutions take away. */
			readonly context?: boolean;
			readonly batch: number;
			readonly tune?: Tune | undefined;
	  }
	| { readonly kind: "check"; readonly device: "webgpu" | "cpu" };

/** An image of a set and the mean IoU of its own pixels. */
export interface RankedImage {
	readonly index: number;
	readonly miou: number;
}

/** What a job tells while it runs. */
export type JobEvent =
	| {
			readonly type: "device";
			readonly description: string;
			readonly software: boolean;
			readonly features: readonly string[];
			readonly limits: Readonly<Record<string, number>>;
	  }
	| { readonly type: "warning"; readonly message: string }
	| ({ readonly type: "tuned" } & TuneReport)
	/** Since the page was opened, or Node began with the job. */
	| { readonly type: "first-loss"; readonly seconds: number }
	| {
			readonly type: "step";
			readonly epoch: number;
			readonly epochs: number;
			readonly step: number;
			readonly steps: number;
			readonly loss: number;
			readonly learningRate: number;
			readonly imagesPerSecond: number;
			/** Share of the epoch's time so far in which steps waited for images. */
			readonly dataWait: number;
			/** Memory that the device holds in buffers. */
			readonly deviceBytes: number;
	  }
	| {
			readonly type: "epoch";
			readonly epoch: number;
			readonly trainLoss: number;
			/** Of a training in f16. */
			readonly lossScale?: number;
			readonly validLoss: number;
			/** Row = truth, column = prediction. */
			readonly confusion: readonly (readonly number[])[];
			readonly seconds: number;
			/** Of the steps alone, and what they waited for images. */
			readonly stepSeconds: number;
			readonly waitSeconds: number;
			readonly best: boolean;
	  }
	/** After a training: what its best checkpoint makes of the validation images. */
	| {
			readonly type: "ranked";
			readonly confusion: readonly (readonly number[])[];
			readonly best: readonly RankedImage[];
			readonly worst: readonly RankedImage[];
	  }
	| {
			readonly type: "progress";
			readonly done: number;
			readonly total: number;
	  }
	| {
			readonly type: "confusion";
			readonly loss: number;
			readonly confusion: readonly (readonly number[])[];
	  }
	| {
			readonly type: "check";
			readonly results: readonly {
				readonly op: string;
				readonly error: number;
				readonly ok: boolean;
			}[];
	  }
	| { readonly type: "done"; readonly stopped: boolean }
	| Failed;

/** The last event of a job that did not succeed. */
export interface Failed {
	readonly type: "failed";
	/** `device`: there is none to work on; `feature`: it lacks what the job needs; `lost`: there was one. */
	readonly reason:
		| "numeric"
		| "device"
		| "feature"
		| "lost"
		| "data"
		| "internal";
	readonly message: string;
	/** For a person who looks for a bug (WGRAD_DEBUG=1). */
	readonly stack?: string;
}

/**
 * The world outside a job: HTTP to the command line's server from the page's
 * worker, plain calls when Node runs the job itself.
 */
export interface JobHost {
	/** Bytes by name: `train/INDEX`, `valid/INDEX`, `set/INDEX` (an image's values, then its labels if there are any), `checkpoint`, `checkpoint/best`, `encoder-weights` (safetensors), `tuning-cache` (JSON; empty where there is none). */
	read(name: string): Promise<Uint8Array<ArrayBuffer>>;
	/** Reports; the answer tells whether the user asked to stop. */
	event(event: JobEvent): Promise<{ readonly stop: boolean }>;
	/** Hands over a result: `checkpoint/last`, `checkpoint/best`, `checkpoint/epoch-N` (safetensors), `sample/EPOCH/INDEX` and `ranked/INDEX` (class ids), `scores/INDEX` (f32 H,W,classes), `tuning-cache` and `tuning` (JSON: all choices of the adapter, those of this job). */
	write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}
