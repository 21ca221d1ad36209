import {
	type Device,
	defaultDevice,
	type Tensor,
	tensor,
} from "../engine/index.ts";
import {
	type Architecture,
	architectureOf,
	type UnetOptions,
} from "./config.ts";
import { multipleOf } from "./frame.ts";
import { glorotUniform, heNormal } from "./init.ts";
import {
	BACKBONE,
	momentSpecs,
	type ParameterSpec,
	parameterSpecs,
} from "./parameters.ts";

/** Tensors by name, in a fixed order. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A U-Net: its form and its tensors. Training changes the tensors in place. */
export interface Model extends Architecture {
	readonly device: Device;
	/** What is trained: `encoder.0.conv.0.weight`, ..., `head.bias`. */
	readonly params: NamedTensors;
	/** Running mean and variance [2, C] of each batch normalisation, used outside training. */
	readonly state: NamedTensors;
	/** With padding "same" inputs are extended until height and width divide by this: 2 to the number of halvings. */
	readonly multiple: number;
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
	const architecture = architectureOf(options);
	const { encoder } = architecture;
	const start = (name: string) =>
		name.startsWith(BACKBONE) ? encoder?.start : undefined;
	const key = (name: string) => name.slice(BACKBONE.length);
	return modelOf(architecture, device, {
		param: (spec, stream) =>
			start(spec.name)?.param(key(spec.name)) ??
			initialValues(spec, seed, stream),
		moments: (name, channels) =>
			start(name)?.moments(key(name)) ??
			new Float32Array(2 * channels).fill(1, channels),
	});
}

/** A model whose values come from elsewhere, each in the layout of its spec. */
export function modelOf(
	architecture: Architecture,
	device: Device,
	values: {
		param(spec: ParameterSpec, index: number): Float32Array;
		moments(name: string, channels: number): Float32Array;
	},
): Model {
	const params: Record<string, Tensor> = {};
	const state: Record<string, Tensor> = {};
	parameterSpecs(architecture).forEach((spec, i) => {
		params[spec.name] = tensor(values.param(spec, i), spec.shape, { device });
	});
	for (const [name, channels] of momentSpecs(architecture)) {
		const running = values.moments(name, channels);
		state[name] = tensor(running, [2, channels], { device });
	}
	const multiple = multipleOf(architecture.config);
	return { ...architecture, device, params, state, multiple };
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
