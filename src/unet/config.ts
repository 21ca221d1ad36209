import { sizeOf } from "../engine/index.ts";
import { checkConfig, FIELDS, reject, wholeNumber } from "./config-check.ts";
import {
	type EncoderName,
	encoders,
	encoderTensors,
} from "./encoders/index.ts";
import { ConfigError } from "./errors.ts";
import { parameterSpecs } from "./parameters.ts";

/** Everything that decides a U-Net's form; plain JSON, kept in its checkpoints. Lists begin at the full resolution. */
export interface UnetConfig {
	/** Channels of the input image. */
	readonly inChannels: number;
	/** Classes per pixel: channels of the logits. */
	readonly classes: number;
	/**
	 * A published network in the encoder's place. Its five results, at half the
	 * image's resolution and so on, are the levels; `encoder` has their channels,
	 * and a transposed convolution with stride 2 makes the logits.
	 */
	readonly backbone: "none" | EncoderName;
	/** Channels of each encoder level; 2x2 max pooling leads from one to the next. */
	readonly encoder: readonly number[];
	/** 3x3 convolutions of each encoder level. */
	readonly encoderConvs: readonly number[];
	/**
	 * `valid`: convolutions add no border, skips are cropped to their middle, and
	 * zeros around the image make up for what is lost, so that logits still have its size.
	 */
	readonly padding: "same" | "valid";
	/** Height and width of each encoder level's convolution kernels. */
	readonly encoderKernels: readonly number[];
	/** Channels of each decoder level; one level fewer than the encoder has. */
	readonly decoder: readonly number[];
	/** Convolutions of each decoder level; 0 leaves the upsampling to do the work. */
	readonly decoderConvs: readonly number[];
	/** Height and width of the decoder's convolution kernels. */
	readonly decoderKernel: 1 | 3;
	/** How the decoder doubles the resolution: a transposed convolution with stride 2, repeated pixels, or half-pixel bilinear. */
	readonly up: "transposed" | "nearest" | "bilinear";
	/** Height and width of the transposed convolutions' kernels; above 2 they overlap, with padding "same". */
	readonly upKernel: number;
	/** Whether activation and normalisation follow the upsampling too: not, before or after it is joined with the skip. */
	readonly upFinish: "none" | "before" | "after";
	/** How the decoder joins upsampled and skipped channels; `add` needs as many of each. */
	readonly skip: "concat" | "add";
	/**
	 * `between`: 2x2 max pooling leads from one encoder level to the next, and skips start before it.
	 * `within`: 3x3 max pooling with stride 2 follows the last convolution of every level but the
	 * deepest, before its activation; skips start after it, only there the level is normalised, the
	 * deepest level stays at the resolution above, and the finest decoder level has no skip.
	 */
	readonly pooling: "between" | "within";
	/** Normalisation of each convolution, or none. */
	readonly norm: "batch" | "group" | "none";
	/** Groups of channels that group normalisation makes; must divide every channel count. */
	readonly groups: number;
	/** Whether the activation follows the normalisation or leads it. */
	readonly order: "norm-activation" | "activation-norm";
	/** Whether convolutions have a bias; by default where no normalisation would take it out again. */
	readonly bias: boolean;
	/** Share of values dropped in training between the convolutions of a level (Srivastava et al. 2014). */
	readonly dropout: number;
	/** Share of the running moments that one step keeps (Keras's sense; PyTorch's is 1 minus this). */
	readonly momentum: number;
	/** Added to the variance by the normalisation. */
	readonly epsilon: number;
	/** After each convolution; `leakyRelu` has Keras's slope 0.3. */
	readonly activation: "relu" | "leakyRelu";
	/** Whether the very last convolution before the head has an activation too. Without one the head sees signed features. */
	readonly lastActivation: boolean;
	/** Height and width of the kernel that makes the logits. */
	readonly headKernel: number;
}

/** The fields that depend on the data, any others that shall not have their defaults, and shorthands for the lists. */
export type UnetOptions = Pick<UnetConfig, "inChannels" | "classes"> &
	Partial<UnetConfig> &
	Partial<UnetShorthand>;

/** The regular form: each level below has twice the channels. */
export interface UnetShorthand {
	/** Channels of the first level. */
	readonly base: number;
	/** Levels below the first, which is the number of poolings. */
	readonly depth: number;
	/** Convolutions per level. */
	readonly convs: number;
}

/**
 * What `unet` takes for the fields left out. Momentum is below Keras's 0.99,
 * with which evaluation lags behind for the first hundreds of steps.
 */
export const unetDefaults = {
	base: 16,
	depth: 3,
	convs: 2,
	backbone: "none",
	padding: "same",
	decoderKernel: 3,
	up: "transposed",
	upKernel: 2,
	upFinish: "none",
	skip: "concat",
	pooling: "between",
	norm: "batch",
	groups: 8,
	order: "norm-activation",
	dropout: 0,
	momentum: 0.9,
	epsilon: 1e-3,
	activation: "relu",
	lastActivation: true,
	headKernel: 1,
} as const;

const shorthandRange: Record<keyof UnetShorthand, readonly [number, number]> = {
	base: [1, 4096],
	depth: [0, 8],
	convs: [1, 8],
};

/**
 * Fills in the defaults, writes shorthands out as lists and checks every field.
 * @throws ConfigError naming the first bad field and what it takes.
 */
export function unetConfig(options: UnetOptions): UnetConfig {
	const { base, depth, convs, ...given } = {
		...unetDefaults,
		...defined(options),
	};
	const short = { base, depth, convs };
	for (const [field, range] of Object.entries(shorthandRange)) {
		wholeNumber(short, field, range);
	}
	const { backbone } = given;
	const lent = Object.hasOwn(encoders, backbone)
		? encoderTensors(encoders[backbone as EncoderName]).channels
		: undefined;
	const encoder =
		given.encoder ??
		lent ??
		Array.from({ length: depth + 1 }, (_, i) => base * 2 ** i);
	if (!Array.isArray(encoder) || encoder.length < 1 || encoder.length > 9) {
		reject({ encoder }, "encoder", "a list of 1 to 9 channel counts");
	}
	const levels = encoder.length;
	const regular = {
		encoder,
		encoderConvs: Array.from(encoder, () => convs),
		encoderKernels: Array.from(encoder, () => 3),
		decoder: encoder.slice(0, -1),
		decoderConvs: Array.from({ length: levels - 1 }, () => convs),
	};
	const bias = given.norm === "none";
	const config: UnetConfig = { ...regular, bias, ...given };
	for (const field of Object.keys(config)) {
		if (!FIELDS.includes(field)) {
			throw new ConfigError(
				`unet: unknown field ${field}; there are ${[...FIELDS, ...Object.keys(shorthandRange)].join(", ")}`,
			);
		}
	}
	checkConfig(config);
	return config;
}

/** The options without those that are explicitly undefined. */
function defined(options: UnetOptions): UnetOptions {
	const entries = Object.entries(options).filter(([, v]) => v !== undefined);
	return Object.fromEntries(entries) as unknown as UnetOptions;
}

/** Number of trainable values of a U-Net. */
export function parameterCount(options: UnetOptions): number {
	return parameterSpecs(unetConfig(options)).reduce(
		(sum, { shape }) => sum + sizeOf(shape),
		0,
	);
}
