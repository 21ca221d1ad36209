import type { Live, Tensor } from "../engine/index.ts";
import {
	conv2d,
	convTranspose2d,
	dropout,
	groupNorm,
	leakyRelu,
	moments,
	normalize,
	relu,
	upsampleBilinear,
	upsampleNearest,
} from "../kernels/index.ts";
import type { UnetConfig } from "./config.ts";
import type { NamedTensors } from "./model.ts";

/** What the layers of one pass share. */
export interface Layers {
	readonly config: UnetConfig;
	readonly state: NamedTensors;
	readonly params: NamedTensors;
	readonly training: boolean;
	readonly step: number | Live;
	/** Takes the moments of the batch. */
	readonly batch: Record<string, Tensor>;
}

/** The convolutions of one level, each with normalisation and activation; `pool` follows the last convolution. */
export function convolutions(
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

/** Tells the dropouts of one step apart: the characters as digits to base 31. */
function dropoutSeed(name: string): number {
	return [...name].reduce(
		(sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) & 0x7fffffff,
		0,
	);
}

/** Normalisation, where there are parameters of that name, and activation, in the configured order. */
export function finish(
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
export function upsample(
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
