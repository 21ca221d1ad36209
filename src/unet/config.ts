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
	/** Channels of each decoder level; one level fewer than the encoder has. */
	readonly decoder: readonly number[];
	/** Convolutions of each decoder level. */
	readonly decoderConvs: readonly number[];
	/** Height and width of the decoder's convolution kernels. */
	readonly decoderKernel: 1 | 3;
	/** How the decoder doubles the resolution: a 2x2 transposed convolution with stride 2, or repeated pixels. */
	readonly up: "transposed" | "nearest";
	/** Batch normalisation after each convolution, or none. */
	readonly norm: "batch" | "none";
	/** Share of the running moments that one step keeps (Keras's sense; PyTorch's is 1 minus this). */
	readonly momentum: number;
	/** Added to the variance by the normalisation. */
	readonly epsilon: number;
	/** After each convolution; `leakyRelu` has Keras's slope 0.3. */
	readonly activation: "relu" | "leakyRelu";
	/** Whether the very last convolution before the head has an activation too. Without one the head sees signed features. */
	readonly lastActivation: boolean;
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
	norm: "batch",
	momentum: 0.9,
	epsilon: 1e-3,
	activation: "relu",
	lastActivation: true,
} as const;

const shorthandRange: Record<keyof UnetShorthand, readonly [number, number]> = {
	base: [1, 4096],
	depth: [0, 8],
	convs: [1, 8],
};

const choices: Record<string, readonly unknown[]> = {
	decoderKernel: [1, 3],
	up: ["transposed", "nearest"],
	norm: ["batch", "none"],
	activation: ["relu", "leakyRelu"],
	lastActivation: [true, false],
};

const listNames = [
	"encoder",
	"encoderConvs",
	"decoder",
	"decoderConvs",
] as const;

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
	const lists = {
		encoder,
		encoderConvs: Array.from(encoder, () => convs),
		decoder: encoder.slice(0, -1),
		decoderConvs: Array.from({ length: levels - 1 }, () => convs),
	};
	const config: UnetConfig = { ...lists, ...given };
	const known = [
		"inChannels",
		"classes",
		...listNames,
		...Object.keys(choices),
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
	for (const field of listNames) {
		const length = field.startsWith("encoder") ? levels : levels - 1;
		const most = field.endsWith("Convs") ? 8 : 4096;
		const list: unknown = config[field];
		const fits =
			Array.isArray(list) &&
			list.length === length &&
			list.every((v) => Number.isInteger(v) && v >= 1 && v <= most);
		if (!fits) {
			reject(
				config,
				field,
				`a list of ${length} whole numbers from 1 to ${most}`,
			);
		}
	}
	for (const [field, values] of Object.entries(choices)) {
		const fits = values.includes(config[field as keyof UnetConfig]);
		if (!fits) reject(config, field, values.join(" or "));
	}
	if (!(config.momentum >= 0 && config.momentum < 1)) {
		reject(config, "momentum", "a number from 0 to below 1");
	}
	if (!(config.epsilon > 0 && config.epsilon < 1)) {
		reject(config, "epsilon", "a number above 0 and below 1");
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
	const level = (
		prefix: string,
		kernel: number,
		convs: number,
		from: number,
		to: number,
	) => {
		for (let j = 0; j < convs; j++) {
			const shape = [kernel, kernel, j === 0 ? from : to, to];
			add(`${prefix}.conv.${j}.weight`, shape, "heNormal");
			if (config.norm === "batch") {
				add(`${prefix}.norm.${j}.weight`, [to], "ones");
				add(`${prefix}.norm.${j}.bias`, [to]);
			} else {
				add(`${prefix}.conv.${j}.bias`, [to]);
			}
		}
	};
	const { encoder, encoderConvs, decoder, decoderConvs, classes } = config;
	encoder.forEach((to, i) => {
		const from = i === 0 ? config.inChannels : encoder[i - 1];
		level(`encoder.${i}`, 3, encoderConvs[i], from, to);
	});
	let below = encoder[encoder.length - 1];
	for (let i = decoder.length - 1; i >= 0; i--) {
		const to = decoder[i];
		if (config.up === "transposed") {
			add(`decoder.${i}.up.weight`, [2, 2, to, below], "glorotUniform");
			// The normalisation after the next convolution would take a bias out again.
			if (config.norm === "none") add(`decoder.${i}.up.bias`, [to]);
			below = to;
		}
		const from = encoder[i] + below;
		level(`decoder.${i}`, config.decoderKernel, decoderConvs[i], from, to);
		below = to;
	}
	add("head.weight", [1, 1, below, classes], "glorotUniform");
	add("head.bias", [classes]);
	return specs;
}

/** Names of the running moments and their channel counts: one [2, C] tensor (mean, variance) per normalisation. */
export function momentSpecs(config: UnetConfig): [string, number][] {
	return parameterSpecs(config)
		.filter(({ name }) => /\.norm\.\d+\.weight$/.test(name))
		.map(({ name, shape }) => [name.replace(/\.weight$/, ""), shape[0]]);
}

/** Number of trainable values of a U-Net. */
export function parameterCount(options: UnetOptions): number {
	return parameterSpecs(unetConfig(options)).reduce(
		(sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
		0,
	);
}
