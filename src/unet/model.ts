import {
	type Device,
	defaultDevice,
	formatShape,
	type Live,
	ShapeError,
	scope,
	type Tensor,
	tensor,
} from "../engine/index.ts";
import {
	add,
	concat,
	conv2d,
	convTranspose2d,
	crop,
	dropout,
	groupNorm,
	leakyRelu,
	maxPool,
	moments,
	normalize,
	pad,
	relu,
	upsampleBilinear,
	upsampleNearest,
} from "../kernels/index.ts";
import { type UnetConfig, type UnetOptions, unetConfig } from "./config.ts";
import { encoders } from "./encoders/index.ts";
import { encoderResults } from "./encoders/run.ts";
import {
	checkEncoderWeights,
	type StoredWeights,
	storedMoments,
} from "./encoders/weights.ts";
import { ConfigError } from "./errors.ts";
import { frameOf, multipleOf, type Sides } from "./frame.ts";
import { glorotUniform, heNormal } from "./init.ts";
import {
	BACKBONE,
	momentSpecs,
	type ParameterSpec,
	parameterSpecs,
	skipLevel,
} from "./parameters.ts";
import type { StoredTensor } from "./safetensors.ts";

/** Tensors by name, in a fixed order. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A U-Net: its form and its tensors. Training changes the tensors in place. */
export interface Model {
	readonly config: UnetConfig;
	readonly device: Device;
	/** What is trained: `encoder.0.conv.0.weight`, ..., `head.bias`. */
	readonly params: NamedTensors;
	/** Running mean and variance [2, C] of each batch normalisation, used outside training. */
	readonly state: NamedTensors;
	/** With padding "same" inputs are extended until height and width divide by this: 2 to the number of halvings. */
	readonly multiple: number;
}

/** Options of `forward`. */
export interface ForwardOptions {
	/** Normalise by the batch's own moments, and drop values; default false. */
	readonly training?: boolean;
	/** In training: whether a backbone is used as it is, normalised by its running moments; default false. */
	readonly frozen?: boolean;
	/** Step of the training, which decides what dropout drops; default 0. */
	readonly step?: number | Live;
}

/** Result of `forward`. */
export interface Forward {
	/** Scores before the softmax, [N, H, W, classes], at the input's own height and width. */
	readonly logits: Tensor;
	/** In training: mean and variance of this batch, named like the model's `state`. Else empty. */
	readonly moments: NamedTensors;
}

/**
 * A U-Net with seeded random weights (Ronneberger et al. 2015, with "same"
 * padding and batch normalisation). The same seed gives the same numbers on every device.
 * `encoderWeights` are those of its backbone, by Keras's names.
 * @throws ConfigError when a field is out of range.
 * @throws CheckpointError when the weights are not the backbone's.
 */
export function unet(
	options: UnetOptions,
	{
		seed = 0,
		device = defaultDevice(),
		encoderWeights,
	}: {
		seed?: number;
		device?: Device;
		encoderWeights?: StoredWeights | undefined;
	} = {},
): Model {
	const config = unetConfig(options);
	if (encoderWeights) {
		if (config.backbone === "none") {
			throw new ConfigError("unet: encoderWeights need a backbone");
		}
		checkEncoderWeights(encoders[config.backbone], encoderWeights);
	}
	const lent = (name: string) =>
		encoderWeights && name.startsWith(BACKBONE)
			? { stored: encoderWeights, key: name.slice(BACKBONE.length) }
			: undefined;
	return modelOf(config, device, {
		param(spec, stream) {
			const found = lent(spec.name);
			return found
				? (found.stored.get(found.key) as StoredTensor).data
				: initialValues(spec, seed, stream);
		},
		moments(name, channels) {
			const found = lent(name);
			return found
				? storedMoments(found.stored, found.key)
				: new Float32Array(2 * channels).fill(1, channels);
		},
	});
}

/** A model whose values come from elsewhere, each in the layout of its spec. */
export function modelOf(
	config: UnetConfig,
	device: Device,
	values: {
		param(spec: ParameterSpec, index: number): Float32Array;
		moments(name: string, channels: number): Float32Array;
	},
): Model {
	const params: Record<string, Tensor> = {};
	const state: Record<string, Tensor> = {};
	parameterSpecs(config).forEach((spec, i) => {
		params[spec.name] = tensor(values.param(spec, i), spec.shape, { device });
	});
	for (const [name, channels] of momentSpecs(config)) {
		const running = values.moments(name, channels);
		state[name] = tensor(running, [2, channels], { device });
	}
	return {
		config,
		device,
		params,
		state,
		multiple: multipleOf(config),
	};
}

function initialValues(
	{ shape, init }: ParameterSpec,
	seed: number,
	stream: number,
): Float32Array {
	if (init === "heNormal") return heNormal(shape, seed, stream);
	if (init === "glorotUniform") return glorotUniform(shape, seed, stream);
	return new Float32Array(shape[0]).fill(init === "ones" ? 1 : 0);
}

/**
 * Runs the network on images x [N, H, W, inChannels] of any height and width;
 * zeros are added as the network needs them and cut off again. In training the normalisation uses the batch's own moments, which
 * are returned so that `updateMoments` can take them into the running ones.
 * `params` is an argument of its own so that `valueAndGrad` can differentiate it.
 * @throws ShapeError when x has another rank or channel count.
 */
export function forward(
	model: Pick<Model, "config" | "state">,
	params: NamedTensors,
	x: Tensor,
	{ training = false, frozen = false, step = 0 }: ForwardOptions = {},
): Forward {
	const { config } = model;
	if (x.shape.length !== 4 || x.shape[3] !== config.inChannels) {
		throw new ShapeError(
			`unet: x is ${formatShape(x.shape)}; this model takes [N,H,W,${config.inChannels}]`,
		);
	}
	const [, h, w] = x.shape;
	const frame = frameOf(config, h, w);
	const gathered: Record<string, Tensor> = {};

	// A scope per level frees its intermediate results at once when no gradient is wanted.
	const within = <T extends Tensor | readonly Tensor[]>(
		work: (layers: Layers) => T,
	): T => {
		const { y, batch } = scope(() => {
			const batch: Record<string, Tensor> = {};
			const { state } = model;
			return {
				y: work({ config, state, params, training, step, batch }),
				batch,
			};
		});
		Object.assign(gathered, batch);
		return y;
	};

	const image = isNone(frame.pad) ? x : pad(x, { padding: frame.pad });
	const { backbone } = config;
	const skips: Tensor[] = [];
	if (backbone === "none") {
		config.encoder.forEach((_, i) => {
			const above = skips[i - 1] ?? image;
			skips.push(within((layers) => encode(layers, i, above)));
		});
	} else {
		const results = within(({ batch, ...tensors }) =>
			encoderResults(
				encoders[backbone],
				{
					prefix: BACKBONE,
					...tensors,
					batch: training && !frozen ? batch : undefined,
				},
				image,
			),
		);
		skips.push(...results);
	}
	let y = skips[skips.length - 1];
	for (let i = config.decoder.length - 1; i >= 0; i--) {
		const below = y;
		const skip: Tensor | undefined = skips[skipLevel(config, i)];
		y = within((layers) => decode(layers, i, below, skip));
	}
	const [weight, bias] = [params["head.weight"], params["head.bias"]];
	const logits =
		backbone === "none"
			? conv2d(y, weight, bias, { padding: config.padding })
			: convTranspose2d(y, weight, bias, { stride: 2, padding: "same" });
	return {
		logits: cropped(logits, frame.crop),
		moments: gathered,
	};
}

/** What the layers of one pass share. */
interface Layers {
	readonly config: UnetConfig;
	readonly state: NamedTensors;
	readonly params: NamedTensors;
	readonly training: boolean;
	readonly step: number | Live;
	/** Takes the moments of the batch. */
	readonly batch: Record<string, Tensor>;
}

function encode(layers: Layers, level: number, x: Tensor): Tensor {
	const { encoder, pooling } = layers.config;
	const prefix = `encoder.${level}`;
	if (pooling === "between") {
		return convolutions(layers, prefix, level === 0 ? x : maxPool(x));
	}
	const deepest = level === encoder.length - 1;
	return convolutions(layers, prefix, x, deepest ? undefined : poolOverlapping);
}

const poolOverlapping = (x: Tensor) =>
	maxPool(x, { size: 3, stride: 2, padding: "same" });

function decode(
	layers: Layers,
	level: number,
	below: Tensor,
	skip: Tensor | undefined,
): Tensor {
	const { config } = layers;
	const prefix = `decoder.${level}`;
	let y = upsample(layers, `${prefix}.up`, below);
	if (config.upFinish === "before") y = finish(layers, `${prefix}.norm.up`, y);
	if (skip) {
		const middle = cropped(skip, surplus(skip, y));
		y = config.skip === "add" ? add(middle, y) : concat(middle, y);
	}
	if (config.upFinish === "after") y = finish(layers, `${prefix}.norm.join`, y);
	return convolutions(layers, prefix, y);
}

/** The convolutions of one level, each with normalisation and activation; `pool` follows the last convolution. */
function convolutions(
	layers: Layers,
	prefix: string,
	x: Tensor,
	pool?: (x: Tensor) => Tensor,
): Tensor {
	const { config, params, training, step } = layers;
	let y = x;
	for (let j = 0; `${prefix}.conv.${j}.weight` in params; j++) {
		const weight = params[`${prefix}.conv.${j}.weight`];
		const bias: Tensor | undefined = params[`${prefix}.conv.${j}.bias`];
		const isLast = !(`${prefix}.conv.${j + 1}.weight` in params);
		if (training && j > 0 && config.dropout > 0) {
			const seed = dropoutSeed(`${prefix}.${j}`);
			y = dropout(y, { rate: config.dropout, seed, step });
		}
		y = conv2d(y, weight, bias, { padding: config.padding });
		if (isLast && pool) y = pool(y);
		const linear = isLast && prefix === "decoder.0" && !config.lastActivation;
		y = finish(layers, `${prefix}.norm.${j}`, y, linear);
	}
	return y;
}

const isNone = (sides: Sides) => sides.every((n) => n === 0);

function cropped(x: Tensor, sides: Sides): Tensor {
	return isNone(sides) ? x : crop(x, { padding: sides });
}

/** What x has more than y, half on each side. */
function surplus(x: Tensor, y: Tensor): Sides {
	const [h, w] = [1, 2].map((i) => (x.shape[i] - y.shape[i]) / 2);
	return [h, h, w, w];
}

/** Tells the dropouts of one step apart: the characters as digits to base 31. */
function dropoutSeed(name: string): number {
	return [...name].reduce(
		(sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) & 0x7fffffff,
		0,
	);
}

/** Normalisation, where there are parameters of that name, and activation, in the configured order. */
function finish(
	layers: Layers,
	name: string,
	x: Tensor,
	linear = false,
): Tensor {
	const { activation, order } = layers.config;
	const activate = (t: Tensor) =>
		linear ? t : activation === "relu" ? relu(t) : leakyRelu(t);
	return order === "norm-activation"
		? activate(normalized(layers, name, x))
		: normalized(layers, name, activate(x));
}

function normalized(
	{ config, state, params, training, batch }: Layers,
	name: string,
	x: Tensor,
): Tensor {
	const gamma: Tensor | undefined = params[`${name}.weight`];
	if (!gamma) return x;
	const beta = params[`${name}.bias`];
	const { epsilon, groups } = config;
	if (config.norm === "group") {
		return groupNorm(x, gamma, beta, { groups, epsilon });
	}
	if (training) batch[name] = moments(x);
	return normalize(x, batch[name] ?? state[name], gamma, beta, { epsilon });
}

/** Doubles height and width. */
function upsample(
	{ config, params }: Layers,
	prefix: string,
	x: Tensor,
): Tensor {
	if (config.up === "nearest") return upsampleNearest(x);
	if (config.up === "bilinear") return upsampleBilinear(x);
	const weight = params[`${prefix}.weight`];
	const bias: Tensor | undefined = params[`${prefix}.bias`];
	return convTranspose2d(x, weight, bias, { stride: 2, padding: "same" });
}
