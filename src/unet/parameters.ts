import type { Architecture, UnetConfig } from "./config.ts";
import { memoryShape } from "./encoders/network.ts";
import { ConfigError } from "./errors.ts";
import { headChannels } from "./head.ts";
import type { Initialiser } from "./init.ts";

/** What the names of a backbone's tensors begin with; the rest is Keras's. */
export const BACKBONE = "backbone.";

/** Name, shape and start of one parameter. */
export interface ParameterSpec {
	readonly name: string;
	/** Convolutions are HWIO, transposed ones HWOI. */
	readonly shape: readonly number[];
	readonly init: Initialiser;
}

/** Every parameter of the network in a fixed order; names are those a PyTorch module of the same form would have, a backbone's those of Keras. */
export function parameterSpecs({
	config,
	encoder,
}: Architecture): ParameterSpec[] {
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
	const { encoderConvs, encoderKernels, decoder } = config;
	const outputs = headChannels(config);
	const levels = config.encoder;
	if (!encoder) {
		levels.forEach((to, i) => {
			const from = i === 0 ? config.inChannels : levels[i - 1];
			const pooled = config.pooling === "within" && i < levels.length - 1;
			const kernel = encoderKernels[i];
			level(`encoder.${i}`, kernel, encoderConvs[i], from, to, pooled);
		});
	} else {
		for (const t of encoder.tensors) {
			if (!t.moment) add(BACKBONE + t.name, memoryShape(t.shape), t.init);
		}
	}
	let below = levels[levels.length - 1];
	for (let i = decoder.length - 1; i >= 0; i--) {
		const to = decoder[i];
		const name = `decoder.${i}`;
		if (config.up === "transposed") {
			const { upKernel: k } = config;
			add(`${name}.up.weight`, [k, k, to, below], "glorotUniform");
			if (config.bias) add(`${name}.up.bias`, [to]);
			below = to;
		}
		if (config.upFinish === "before") norm(`${name}.norm.up`, below);
		const from = joinedChannels(config, i, below);
		if (config.upFinish === "after") norm(`${name}.norm.join`, from);
		const convs = config.decoderConvs[i];
		level(name, config.decoderKernel, convs, from, to);
		below = convs > 0 ? to : from;
	}
	const { headKernel } = config;
	const ends = encoder ? [outputs, below] : [below, outputs];
	add("head.weight", [headKernel, headKernel, ...ends], "glorotUniform");
	add("head.bias", [outputs]);
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
export function momentSpecs(architecture: Architecture): [string, number][] {
	const { config, encoder } = architecture;
	const own = parameterSpecs(architecture)
		.filter(({ name }) => /\.norm\.\w+\.weight$/.test(name))
		.map(({ name, shape }): [string, number] => [
			name.replace(/\.weight$/, ""),
			shape[0],
		]);
	const lent = (encoder?.tensors ?? [])
		.filter(({ name }) => name.endsWith("/moving_mean"))
		.map(({ name, shape }): [string, number] => [
			BACKBONE + name.replace(/\/moving_mean$/, ""),
			shape[0],
		]);
	return config.norm === "batch" ? [...lent, ...own] : lent;
}
