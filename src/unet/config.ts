import { ConfigError } from "./errors.ts";

/** Everything that decides a U-Net's form; plain JSON, kept in its checkpoints. Lists begin at the full resolution. */
export interface UnetConfig {
	/** Channels of the input image. */
	readonly inChannels: number;
	/** Classes per pixel: channels of the logits. */
	readonly classes: number;
	/** Channels of each encoder level; 2x2 max pooling leads from one to the next. */
	readonly encoder: readonly number[];
	/** 3x3 convolutions of each encoder level. */
	readonly encoderConvs: readonly number[];
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
	/** Whether activation and normalisation follow the joining of upsampled and skipped channels too. */
	readonly finishJoined: boolean;
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
	decoderKernel: 3,
	up: "transposed",
	upKernel: 2,
	finishJoined: false,
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

const choices: Record<string, readonly unknown[]> = {
	decoderKernel: [1, 3],
	up: ["transposed", "nearest", "bilinear"],
	upKernel: [2, 3, 4, 5],
	finishJoined: [true, false],
	skip: ["concat", "add"],
	pooling: ["between", "within"],
	norm: ["batch", "group", "none"],
	order: ["norm-activation", "activation-norm"],
	bias: [true, false],
	activation: ["relu", "leakyRelu"],
	lastActivation: [true, false],
	headKernel: [1, 3, 5],
};

/** The lists, with the least and the most that an entry may be. */
const lists = {
	encoder: [1, 4096],
	encoderConvs: [1, 8],
	encoderKernels: [1, 7],
	decoder: [1, 4096],
	decoderConvs: [0, 8],
} as const;

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
	const encoder =
		given.encoder ?? Array.from({ length: depth + 1 }, (_, i) => base * 2 ** i);
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
	const known = [
		"inChannels",
		"classes",
		...Object.keys(lists),
		...Object.keys(choices),
		"groups",
		"dropout",
		"momentum",
		"epsilon",
	];
	for (const field of Object.keys(config)) {
		if (!known.includes(field)) {
			throw new ConfigError(
				`unet: unknown field ${field}; there are ${[...known, ...Object.keys(shorthandRange)].join(", ")}`,
			);
		}
	}
	check(config);
	return config;
}

function check(config: UnetConfig): void {
	wholeNumber(config, "inChannels", [1, 4096]);
	wholeNumber(config, "classes", [2, 4096]);
	const levels = config.encoder.length;
	for (const [field, [least, most]] of Object.entries(lists)) {
		const length = field.startsWith("encoder") ? levels : levels - 1;
		const list: unknown = config[field as keyof UnetConfig];
		const odd = field === "encoderKernels";
		const fits =
			Array.isArray(list) &&
			list.length === length &&
			list.every(
				(v) =>
					Number.isInteger(v) &&
					v >= least &&
					v <= most &&
					(v % 2 === 1 || !odd),
			);
		if (!fits) {
			const numbers = odd ? "odd numbers" : "whole numbers";
			reject(
				config,
				field,
				`a list of ${length} ${numbers} from ${least} to ${most}`,
			);
		}
	}
	for (const [field, values] of Object.entries(choices)) {
		const fits = values.includes(config[field as keyof UnetConfig]);
		if (!fits) reject(config, field, values.join(" or "));
	}
	wholeNumber(config, "groups", [1, 4096]);
	if (!(config.dropout >= 0 && config.dropout < 1)) {
		reject(config, "dropout", "a number from 0 to below 1");
	}
	if (!(config.momentum >= 0 && config.momentum < 1)) {
		reject(config, "momentum", "a number from 0 to below 1");
	}
	if (!(config.epsilon > 0 && config.epsilon < 1)) {
		reject(config, "epsilon", "a number above 0 and below 1");
	}
	for (const { name, shape } of parameterSpecs(config)) {
		const grouped =
			config.norm === "group" && /\.norm\.\w+\.weight$/.test(name);
		if (grouped && shape[0] % config.groups !== 0) {
			reject(
				config,
				"groups",
				`a divisor of the ${shape[0]} channels of ${name.replace(".weight", "")}`,
			);
		}
	}
}

/** The options without those that are explicitly undefined. */
function defined(options: UnetOptions): UnetOptions {
	const entries = Object.entries(options).filter(([, v]) => v !== undefined);
	return Object.fromEntries(entries) as unknown as UnetOptions;
}

function wholeNumber(
	config: object,
	field: string,
	[low, high]: readonly [number, number],
): void {
	const value = (config as Record<string, number>)[field];
	const fits = Number.isInteger(value) && value >= low && value <= high;
	if (!fits) reject(config, field, `a whole number from ${low} to ${high}`);
}

function reject(config: object, field: string, wanted: string): never {
	const value = (config as Record<string, unknown>)[field];
	throw new ConfigError(
		`unet: ${field} is ${JSON.stringify(value)}; it must be ${wanted}`,
	);
}

/** How a parameter starts. */
export type Initialiser = "heNormal" | "glorotUniform" | "zeros" | "ones";

/** Name, shape and start of one parameter. */
export interface ParameterSpec {
	readonly name: string;
	/** Convolutions are HWIO, transposed ones HWOI. */
	readonly shape: readonly number[];
	readonly init: Initialiser;
}

/** Every parameter of the network in a fixed order; names are those a PyTorch module of the same form would have. */
export function parameterSpecs(config: UnetConfig): ParameterSpec[] {
	const specs: ParameterSpec[] = [];
	const add = (
		name: string,
		shape: readonly number[],
		init: Initialiser = "zeros",
	) => specs.push({ name, shape, init });
	const norm = (name: string, channels: number) => {
		if (config.norm === "none") return;
		add(`${name}.weight`, [channels], "ones");
		add(`${name}.bias`, [channels]);
	};
	const level = (
		prefix: string,
		kernel: number,
		convs: number,
		from: number,
		to: number,
		pooled = false,
	) => {
		for (let j = 0; j < convs; j++) {
			const shape = [kernel, kernel, j === 0 ? from : to, to];
			add(`${prefix}.conv.${j}.weight`, shape, "heNormal");
			if (config.bias) add(`${prefix}.conv.${j}.bias`, [to]);
			if (!pooled || j === convs - 1) norm(`${prefix}.norm.${j}`, to);
		}
	};
	const { encoder, encoderConvs, encoderKernels, decoder, classes } = config;
	encoder.forEach((to, i) => {
		const from = i === 0 ? config.inChannels : encoder[i - 1];
		const pooled = config.pooling === "within" && i < encoder.length - 1;
		const kernel = encoderKernels[i];
		level(`encoder.${i}`, kernel, encoderConvs[i], from, to, pooled);
	});
	let below = encoder[encoder.length - 1];
	for (let i = decoder.length - 1; i >= 0; i--) {
		const to = decoder[i];
		const name = `decoder.${i}`;
		if (config.up === "transposed") {
			const { upKernel: k } = config;
			add(`${name}.up.weight`, [k, k, to, below], "glorotUniform");
			if (config.bias) add(`${name}.up.bias`, [to]);
			below = to;
		}
		const from = joinedChannels(config, i, below);
		if (config.finishJoined) norm(`${name}.norm.join`, from);
		const convs = config.decoderConvs[i];
		level(name, config.decoderKernel, convs, from, to);
		below = convs > 0 ? to : from;
	}
	const { headKernel } = config;
	add("head.weight", [headKernel, headKernel, below, classes], "glorotUniform");
	add("head.bias", [classes]);
	return specs;
}

/** Encoder level whose output joins a decoder level; -1 where there is none. */
export function skipLevel(config: UnetConfig, decoderLevel: number): number {
	return config.pooling === "within" ? decoderLevel - 1 : decoderLevel;
}

function joinedChannels(config: UnetConfig, i: number, below: number): number {
	const level = skipLevel(config, i);
	if (level < 0) return below;
	const skipped = config.encoder[level];
	if (config.skip === "concat") return skipped + below;
	if (skipped !== below) {
		throw new ConfigError(
			`unet: skip is "add", but decoder level ${i} has ${below} channels from below and ${skipped} skipped; give decoder and encoder the same channels, with up "transposed"`,
		);
	}
	return below;
}

/** Names of the running moments and their channel counts: one [2, C] tensor (mean, variance) per normalisation. */
export function momentSpecs(config: UnetConfig): [string, number][] {
	if (config.norm !== "batch") return [];
	return parameterSpecs(config)
		.filter(({ name }) => /\.norm\.\w+\.weight$/.test(name))
		.map(({ name, shape }) => [name.replace(/\.weight$/, ""), shape[0]]);
}

/** Number of trainable values of a U-Net. */
export function parameterCount(options: UnetOptions): number {
	return parameterSpecs(unetConfig(options)).reduce(
		(sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
		0,
	);
}
