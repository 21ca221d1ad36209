import { presets } from "../../src/app/presets.ts";
import type { Device } from "../../src/index.ts";
import { architectureOf } from "../../src/unet/config.ts";
import { encoders } from "../../src/unet/encoders/index.ts";
import {
	densenet121,
	heNormal,
	type Model,
	mobilenetV2,
	namedOptions,
	type UnetOptions,
} from "../../src/unet/index.ts";
import { modelOf } from "../../src/unet/model.ts";
import { uniformNumbers } from "../rows.ts";

/** A net to export, and height and width of its images. */
type Net = readonly [options: UnetOptions, size: readonly [number, number]];

const small = { inChannels: 2, classes: 3, base: 4, depth: 2 } as const;
const mask = { inChannels: 3, classes: 2, base: 4, depth: 1 } as const;
const published = {
	inChannels: 3,
	classes: 2,
	decoder: [4, 4, 4, 4],
	upKernel: 3,
	headKernel: 3,
} as const;
const preset = (name: keyof typeof presets) =>
	namedOptions(presets[name].model, encoders);

/** Every preset, and every choice that leads to other ops or another frame. */
export const NETS: Readonly<Record<string, Net>> = {
	"preset unet": [preset("unet"), [24, 20]],
	"preset ochuman": [preset("ochuman"), [16, 12]],
	"preset clothing": [preset("clothing"), [32, 32]],
	"preset voc-person": [preset("voc-person"), [16, 16]],
	"preset pets": [preset("pets"), [16, 32]],
	"preset m2nist": [preset("m2nist"), [32, 44]],
	"DenseNet121, its own moments": [
		{ ...published, backbone: densenet121, backboneMoments: "running" },
		[32, 32],
	],
	"MobileNetV2, which pads and crops": [
		{ ...published, backbone: mobilenetV2, up: "bilinear", headKernel: 4 },
		[33, 30],
	],
	"group normalisation": [{ ...small, norm: "group", groups: 2 }, [12, 8]],
	"group normalisation after the activation, one group": [
		{ ...small, norm: "group", groups: 1, order: "activation-norm" },
		[9, 8],
	],
	"valid convolutions": [{ ...small, padding: "valid" }, [21, 18]],
	"valid convolutions, bilinear": [
		{ ...small, padding: "valid", up: "bilinear", headKernel: 3 },
		[13, 13],
	],
	"nearest upsampling": [{ ...small, up: "nearest" }, [8, 12]],
	"bilinear upsampling": [{ ...small, up: "bilinear" }, [8, 12]],
	"transposed kernels of 3 with bias": [
		{ ...small, upKernel: 3, bias: true },
		[8, 12],
	],
	"transposed kernels of 4": [{ ...small, upKernel: 4 }, [7, 9]],
	"upsampling with normalisation before it joins": [
		{ ...small, upFinish: "before", norm: "group", groups: 2, bias: true },
		[8, 8],
	],
	"added skips": [{ ...small, skip: "add" }, [8, 8]],
	"added skips with bias": [{ ...small, skip: "add", norm: "none" }, [8, 8]],
	"overlapping pooling within": [
		{ ...small, pooling: "within", upFinish: "after" },
		[12, 16],
	],
	"a sigmoid": [{ ...mask, targets: [[0], [1]] }, [8, 8]],
	"three sigmoids": [
		{
			...mask,
			targets: [
				[0.1, 1, 0],
				[0.8, 0, 1],
			],
		},
		[8, 9],
	],
	"leaky, a linear end, wide kernels": [
		{
			...small,
			activation: "leakyRelu",
			lastActivation: false,
			encoderKernels: [5, 3, 7],
			decoderKernel: 1,
			headKernel: 5,
		},
		[8, 8],
	],
	"one level": [{ ...small, depth: 0 }, [5, 7]],
};

/** The net with random values everywhere, running moments too. */
export function randomNet(options: UnetOptions, device: Device): Model {
	const random = uniformNumbers(1);
	const between = (count: number, low: number, high: number) =>
		Float32Array.from({ length: count }, () => low + (high - low) * random());
	return modelOf(architectureOf(options), device, {
		param({ shape, init }, index) {
			if (shape.length === 4) return heNormal(shape, 7, index);
			return init === "ones"
				? between(shape[0], 0.5, 1.5)
				: between(shape[0], -0.3, 0.3);
		},
		moments: (_, channels) =>
			Float32Array.of(
				...between(channels, -0.3, 0.3),
				...between(channels, 0.5, 1.5),
			),
	});
}
