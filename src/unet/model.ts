import {
	type Device,
	defaultDevice,
	formatShape,
	ShapeError,
	scope,
	type Tensor,
	tensor,
} from "../engine/index.ts";
import {
	concat,
	conv2d,
	convTranspose2d,
	crop,
	leakyRelu,
	maxPool,
	moments,
	normalize,
	pad,
	relu,
	upsampleNearest,
} from "../kernels/index.ts";
import {
	momentSpecs,
	type ParameterSpec,
	parameterSpecs,
	type UnetConfig,
	type UnetOptions,
	unetConfig,
} from "./config.ts";
import { glorotUniform, heNormal } from "./init.ts";

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
	/** Inputs are padded so that height and width divide by this: 2 to the number of poolings. */
	readonly multiple: number;
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
 * @throws ConfigError when a field is out of range.
 */
export function unet(
	options: UnetOptions,
	{
		seed = 0,
		device = defaultDevice(),
	}: { seed?: number; device?: Device } = {},
): Model {
	const config = unetConfig(options);
	return modelOf(config, device, {
		param: (spec, stream) => initialValues(spec, seed, stream),
		moments: (_, channels) => new Float32Array(2 * channels).fill(1, channels),
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
		multiple: 2 ** config.decoder.length,
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
 * zeros are added at the bottom and right up to the model's multiple and cut
 * off again. In training the normalisation uses the batch's own moments, which
 * are returned so that `updateMoments` can take them into the running ones.
 * `params` is an argument of its own so that `valueAndGrad` can differentiate it.
 * @throws ShapeError when x has another rank or channel count.
 */
export function forward(
	model: Pick<Model, "config" | "state" | "multiple">,
	params: NamedTensors,
	x: Tensor,
	{ training = false }: { training?: boolean } = {},
): Forward {
	const { config, multiple } = model;
	if (x.shape.length !== 4 || x.shape[3] !== config.inChannels) {
		throw new ShapeError(
			`unet: x is ${formatShape(x.shape)}; this model takes [N,H,W,${config.inChannels}]`,
		);
	}
	const [, h, w] = x.shape;
	const margin = [0, -h & (multiple - 1), 0, -w & (multiple - 1)] as const;
	const padded = margin[1] + margin[3] > 0;
	const gathered: Record<string, Tensor> = {};

	// A scope per level frees its intermediate results at once when no gradient is wanted.
	const level = (prefix: string, input: () => Tensor): Tensor => {
		const { y, batch } = scope(() =>
			convolutions(model, params, prefix, input(), training),
		);
		Object.assign(gathered, batch);
		return y;
	};

	const skips: Tensor[] = [];
	let y = padded ? pad(x, { padding: margin }) : x;
	for (let i = 0; i < config.encoder.length; i++) {
		const above = y;
		y = level(`encoder.${i}`, () => (i === 0 ? above : maxPool(above)));
		skips.push(y);
	}
	for (let i = config.decoder.length - 1; i >= 0; i--) {
		const below = y;
		y = level(`decoder.${i}`, () =>
			concat(skips[i], upsample(config, params, `decoder.${i}.up`, below)),
		);
	}
	const logits = conv2d(y, params["head.weight"], params["head.bias"]);
	return {
		logits: padded ? crop(logits, { padding: margin }) : logits,
		moments: gathered,
	};
}

/** The convolutions of one level, each with normalisation and activation. */
function convolutions(
	{ config, state }: Pick<Model, "config" | "state">,
	params: NamedTensors,
	prefix: string,
	x: Tensor,
	training: boolean,
): { y: Tensor; batch: NamedTensors } {
	const activate = config.activation === "relu" ? relu : leakyRelu;
	const batch: Record<string, Tensor> = {};
	let y = x;
	for (let j = 0; `${prefix}.conv.${j}.weight` in params; j++) {
		const weight = params[`${prefix}.conv.${j}.weight`];
		const isLast =
			prefix === "decoder.0" && !(`${prefix}.conv.${j + 1}.weight` in params);
		const finish =
			isLast && !config.lastActivation ? (t: Tensor) => t : activate;
		if (config.norm === "none") {
			const bias = params[`${prefix}.conv.${j}.bias`];
			y = finish(conv2d(y, weight, bias, { padding: "same" }));
			continue;
		}
		const name = `${prefix}.norm.${j}`;
		y = conv2d(y, weight, { padding: "same" });
		if (training) batch[name] = moments(y);
		y = normalize(
			y,
			batch[name] ?? state[name],
			params[`${name}.weight`],
			params[`${name}.bias`],
			{ epsilon: config.epsilon },
		);
		y = finish(y);
	}
	return { y, batch };
}

/** Doubles height and width. */
function upsample(
	config: UnetConfig,
	params: NamedTensors,
	prefix: string,
	x: Tensor,
): Tensor {
	if (config.up === "nearest") return upsampleNearest(x);
	const weight = params[`${prefix}.weight`];
	const bias: Tensor | undefined = params[`${prefix}.bias`];
	return convTranspose2d(x, weight, bias, { stride: 2 });
}
