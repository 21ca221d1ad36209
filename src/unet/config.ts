import { ConfigError } from "./errors.ts";

/** Everything that decides a U-Net's form; plain JSON, kept in its checkpoints. */
export interface UnetConfig {
	/** Channels of the input image. */
	readonly inChannels: number;
	/** Classes per pixel: channels of the logits. */
	readonly classes: number;
	/** Channels of the first level; each level below has twice as many. */
	readonly base: number;
	/** Levels below the first, which is the number of poolings. */
	readonly depth: number;
	/** 3x3 convolutions per level. */
	readonly convs: number;
	/** How the decoder doubles the resolution: a 2x2 transposed convolution with stride 2. */
	readonly up: "transposed";
	/** Batch normalisation after each 3x3 convolution, or none. */
	readonly norm: "batch" | "none";
	/** Share of the running moments that one step keeps (Keras's sense; PyTorch's is 1 minus this). */
	readonly momentum: number;
	/** Added to the variance by the normalisation. */
	readonly epsilon: number;
	/** After each 3x3 convolution; `leakyRelu` has Keras's slope 0.3. */
	readonly activation: "relu" | "leakyRelu";
}

/** The two fields that depend on the data, and any others that shall not have their defaults. */
export type UnetOptions = Pick<UnetConfig, "inChannels" | "classes"> &
	Partial<UnetConfig>;

/**
 * What `unet` takes for the fields left out. Momentum is below Keras's 0.99,
 * with which evaluation lags behind for the first hundreds of steps.
 */
export const unetDefaults: Omit<UnetConfig, "inChannels" | "classes"> = {
	base: 16,
	depth: 3,
	convs: 2,
	up: "transposed",
	norm: "batch",
	momentum: 0.9,
	epsilon: 1e-3,
	activation: "relu",
};

const wholeNumbers: Record<string, readonly [number, number]> = {
	inChannels: [1, 4096],
	classes: [2, 4096],
	base: [1, 4096],
	depth: [0, 8],
	convs: [1, 8],
};

const choices: Record<string, readonly string[]> = {
	up: ["transposed"],
	norm: ["batch", "none"],
	activation: ["relu", "leakyRelu"],
};

/**
 * Fills in the defaults and checks every field.
 * @throws ConfigError naming the first bad field and what it takes.
 */
export function unetConfig(options: UnetOptions): UnetConfig {
	const config: Record<string, unknown> = { ...unetDefaults, ...options };
	const known = [...Object.keys(unetDefaults), "inChannels", "classes"];
	for (const field of Object.keys(config)) {
		if (!known.includes(field)) {
			throw new ConfigError(
				`unet: unknown field ${field}; there are ${known.join(", ")}`,
			);
		}
	}
	for (const [field, [low, high]] of Object.entries(wholeNumbers)) {
		const value = config[field] as number;
		const fits = Number.isInteger(value) && value >= low && value <= high;
		if (!fits) reject(config, field, `a whole number from ${low} to ${high}`);
	}
	for (const [field, values] of Object.entries(choices)) {
		const fits = values.includes(config[field] as string);
		if (!fits) reject(config, field, values.join(" or "));
	}
	const { momentum, epsilon } = config as unknown as UnetConfig;
	if (!(momentum >= 0 && momentum < 1)) {
		reject(config, "momentum", "a number from 0 to below 1");
	}
	if (!(epsilon > 0 && epsilon < 1)) {
		reject(config, "epsilon", "a number above 0 and below 1");
	}
	return config as unknown as UnetConfig;
}

function reject(
	config: Record<string, unknown>,
	field: string,
	wanted: string,
): never {
	throw new ConfigError(
		`unet: ${field} is ${JSON.stringify(config[field])}; it must be ${wanted}`,
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

/** Channels of a level; 0 is the full resolution. */
export function levelChannels(config: UnetConfig, level: number): number {
	return config.base * 2 ** level;
}

/** Every parameter of the network in a fixed order; names are those a PyTorch module of the same form would have. */
export function parameterSpecs(config: UnetConfig): ParameterSpec[] {
	const specs: ParameterSpec[] = [];
	const add = (
		name: string,
		shape: readonly number[],
		init: Initialiser = "zeros",
	) => specs.push({ name, shape, init });
	const level = (prefix: string, from: number, to: number) => {
		for (let j = 0; j < config.convs; j++) {
			const shape = [3, 3, j === 0 ? from : to, to];
			add(`${prefix}.conv.${j}.weight`, shape, "heNormal");
			if (config.norm === "batch") {
				add(`${prefix}.norm.${j}.weight`, [to], "ones");
				add(`${prefix}.norm.${j}.bias`, [to]);
			} else {
				add(`${prefix}.conv.${j}.bias`, [to]);
			}
		}
	};
	for (let i = 0; i <= config.depth; i++) {
		const from = i === 0 ? config.inChannels : levelChannels(config, i - 1);
		level(`encoder.${i}`, from, levelChannels(config, i));
	}
	for (let i = config.depth - 1; i >= 0; i--) {
		const to = levelChannels(config, i);
		add(`decoder.${i}.up.weight`, [2, 2, to, 2 * to], "glorotUniform");
		// The normalisation after the next convolution would take a bias out again.
		if (config.norm === "none") add(`decoder.${i}.up.bias`, [to]);
		level(`decoder.${i}`, 2 * to, to);
	}
	const { base, classes } = config;
	add("head.weight", [1, 1, base, classes], "glorotUniform");
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
