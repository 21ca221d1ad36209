import type { UnetConfig } from "./config.ts";

/** Pixels per side: top, bottom, left, right. */
export type Sides = readonly [number, number, number, number];

/** What is added around an image before the network and cut off its logits. */
export interface Frame {
	readonly pad: Sides;
	readonly crop: Sides;
}

/** The frame of images of this height and width. */
export function frameOf(config: UnetConfig, h: number, w: number): Frame {
	const [rows, columns] = [h, w].map((size) => along(config, size));
	return {
		pad: [...rows.pad, ...columns.pad] as unknown as Sides,
		crop: [...rows.crop, ...columns.crop] as unknown as Sides,
	};
}

/** What height and width must divide by where convolutions are padded. */
export function multipleOf({ backbone, decoder }: UnetConfig): number {
	return 2 ** (decoder.length + (backbone === "none" ? 0 : 1));
}

function along(config: UnetConfig, size: number) {
	if (config.padding === "same") {
		const rest = -size & (multipleOf(config) - 1);
		return { pad: [0, rest], crop: [0, rest] };
	}
	for (let input = size; ; input++) {
		const output = validSize(config, input);
		if (output === undefined || output < size) continue;
		const lost = (input - output) / 2;
		return { pad: [lost, input - size - lost], crop: [0, output - size] };
	}
}

/** Height or width of the logits without any padding; undefined where a pooling would meet an odd size or nothing is left. */
export function validSize(
	config: UnetConfig,
	input: number,
): number | undefined {
	const { encoder, encoderConvs, encoderKernels, decoder } = config;
	let size = input;
	for (let i = 0; i < encoder.length; i++) {
		if (i > 0) {
			if (size % 2 !== 0) return undefined;
			size /= 2;
		}
		size -= encoderConvs[i] * (encoderKernels[i] - 1);
		if (size < 1) return undefined;
	}
	for (let i = decoder.length - 1; i >= 0; i--) {
		size = 2 * size - config.decoderConvs[i] * (config.decoderKernel - 1);
		if (size < 1) return undefined;
	}
	size -= config.headKernel - 1;
	return size < 1 ? undefined : size;
}
