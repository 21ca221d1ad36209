import { sizeOf } from "../engine/index.ts";
import { checkConfig, FIELDS, reject, wholeNumber } from "./config-check.ts";
import type { Encoder } from "./encoders/encoder.ts";
import { ConfigError } from "./errors.ts";
import { parameterSpecs } from "./parameters.ts";

/** Everything that decides a U-Net's form; plain JSON, kept in its checkpoints. Lists begin at the full resolution. */
export interface UnetConfig {
	/** Channels of the input image. */
	readonly inChannels: number;
	/** Classes that a pixel may be of. */
	readonly classes: number;
	/**
	 * Name of the published network in the encoder's place, or "none". Its five
	 * results, at half the image's resolution and so on, are the levels; `encoder`
	 * has their channels, and a transposed convolution with stride 2 makes the logits.
	 */
	readonly backbone: string;
	/**
	 * By which moments a backbone that trains is normalised: those of each batch, or its
	 * running ones, which then stay as they are (Keras's `base_model(x, training=False)`).
	 */
	readonly backboneMoments: "batch" | "running";
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
	/** Height and width of the kernel that makes the outputs. */
	readonly headKernel: number;
	/**
	 * null: an output per class, of which a softmax makes probabilities. Else the outputs
	 * are sigmoids, trained by binary cross-entropy, and row k is what they shall be for
	 * class k of two: [[0], [1]] for a mask, [[0, 0, 0], [1, 1, 1]] for a picture in black and white.
	 */
	readonly targets: readonly (readonly number[])[] | null;
}

/** The fields that depend on the data, any others that shall not have their defaults, shorthands for the lists, and a published network itself. */
export type UnetOptions = Omit<NamedOptions, "backbone"> & {
	readonly backbone?: Encoder | "none" | undefined;
};

/** The same as JSON, with the name of the published network. */
export type NamedOptions = Pick<UnetConfig, "inChannels" | "classes"> &
	Partial<UnetConfig> &
	Partial<UnetShorthand>;

/** A U-Net's form, and the backbone that it names. */
export interface Architecture {
	readonly config: UnetConfig;
	readonly encoder: Encoder | undefined;
}

/** Published networks by name. */
export type Encoders = Readonly<Record<string, Encoder>>;

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
	backboneMoments: "batch",
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
	targets: null,
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
	return architectureOf(options).config;
}

/** `unetConfig`, and the backbone that it names. */
export function architectureOf(options: UnetOptions): Architecture {
	const { base, depth, convs, backbone, ...given } = {
		...unetDefaults,
		...defined(options),
	};
	const encoder = encoderOf({ backbone });
	const short = { base, depth, convs };
	for (const [field, range] of Object.entries(shorthandRange)) {
		wholeNumber(short, field, range);
	}
	const levels =
		given.encoder ??
		encoder?.channels ??
		Array.from({ length: depth + 1 }, (_, i) => base * 2 ** i);
	if (!Array.isArray(levels) || levels.length < 1 || levels.length > 9) {
		reject({ encoder: levels }, "encoder", "a list of 1 to 9 channel counts");
	}
	const regular = {
		backbone: encoder?.name ?? "none",
		encoder: levels,
		encoderConvs: Array.from(levels, () => convs),
		encoderKernels: Array.from(levels, () => 3),
		decoder: levels.slice(0, -1),
		decoderConvs: Array.from({ length: levels.length - 1 }, () => convs),
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
	const architecture = { config, encoder };
	checkConfig(architecture);
	return architecture;
}

function encoderOf({
	backbone,
}: Pick<UnetOptions, "backbone">): Encoder | undefined {
	if (typeof backbone === "object") return backbone;
	if (backbone === "none") return undefined;
	reject({ backbone }, "backbone", "none or an encoder, such as mobilenetV2");
}

/**
 * Options of JSON with the published network that they name, one of `encoders`.
 * @throws ConfigError when there is none of that name.
 */
export function namedOptions(
	options: NamedOptions,
	encoders: Encoders,
): UnetOptions {
	const { backbone = "none", ...rest } = options;
	if (backbone === "none") return rest;
	if (!Object.hasOwn(encoders, backbone)) {
		const names = ["none", ...Object.keys(encoders)];
		reject({ backbone }, "backbone", names.join(" or "));
	}
	return { ...rest, backbone: encoders[backbone] };
}

/** The options without those that are explicitly undefined. */
function defined(options: UnetOptions): UnetOptions {
	const entries = Object.entries(options).filter(([, v]) => v !== undefined);
	return Object.fromEntries(entries) as unknown as UnetOptions;
}

/** Number of trainable values of a U-Net. */
export function parameterCount(options: UnetOptions): number {
	return parameterSpecs(architectureOf(options)).reduce(
		(sum, { shape }) => sum + sizeOf(shape),
		0,
	);
}
