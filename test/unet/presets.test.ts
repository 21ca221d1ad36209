import { describe, expect, test } from "vitest";
import { ADAPTERS } from "../../src/app/null-gpu.ts";
import { type PresetName, presets } from "../../src/app/presets.ts";
import { blankModel } from "../../src/app/step-memory.ts";
import {
	cpuDevice,
	type Device,
	scope,
	tensor,
	valueAndGrad,
	zeros,
} from "../../src/engine/index.ts";
import {
	argmax,
	concat,
	conv2d,
	convTranspose2d,
	crop,
	leakyRelu,
	maxPool,
	normalize,
	pad,
	softmax,
} from "../../src/kernels/index.ts";
import { architectureOf } from "../../src/unet/config.ts";
import { encoders } from "../../src/unet/encoders/index.ts";
import { frameOf, validSize } from "../../src/unet/frame.ts";
import { classScores, headLoss } from "../../src/unet/head.ts";
import {
	adam,
	forward,
	heNormal,
	type LabelledBatch,
	type NamedTensors,
	namedOptions,
	parameterCount,
	train,
	type UnetOptions,
	unet,
	unetConfig,
} from "../../src/unet/index.ts";
import { BACKBONE, momentSpecs } from "../../src/unet/parameters.ts";
import { unetSummary } from "../../src/unet/summary.ts";
import { describeOnDevices } from "../gpu.ts";

/** Trainable values and running moments; those of unet and voc-person are counted here, the others are the sources' own. */
const COUNTS: Record<PresetName, [number, number]> = {
	unet: [482_642, 1408],
	ochuman: [914_371, 0],
	clothing: [6_953_856 + 9_435_323 - 1920, 83_648 + 1920],
	"voc-person": [31_031_810, 0],
	pets: [7_760_931, 0],
	m2nist: [3_556_349, 3_559_315 - 3_556_349],
};

const names = Object.keys(presets) as PresetName[];

const optionsOf = (name: PresetName) =>
	namedOptions(presets[name].model, encoders);

/** Further forms, beside those of the presets. */
const forms: [string, UnetOptions][] = [
	["group norm", { norm: "group", groups: 2 }],
	["bilinear", { up: "bilinear" }],
	["added skips", { skip: "add" }],
	["finished before joining", { upFinish: "before", decoderConvs: [0, 0] }],
	["valid", { padding: "valid" }],
	["a mask", { classes: 2, targets: [[0], [1]] }],
	["wide transposed", { upKernel: 4, upFinish: "after" }],
].map(([name, change]) => [
	name as string,
	{ inChannels: 3, classes: 3, base: 4, depth: 2, ...(change as object) },
]);

/** The preset with a few channels a level, else unchanged. */
function tiny(name: PresetName): UnetOptions {
	const { encoder, decoder } = unetConfig(optionsOf(name));
	const fewer = (n: number) => Math.max(2, Math.min(6, n >> 5));
	const { base: _, depth: __, ...rest }: Partial<UnetOptions> = optionsOf(name);
	return {
		...(rest as UnetOptions),
		encoder: encoder.map(fewer),
		decoder: decoder.map(fewer),
	};
}

const all: [string, UnetOptions][] = [
	...names
		.filter((name) => unetConfig(optionsOf(name)).backbone === "none")
		.map((name): [string, UnetOptions] => [name, tiny(name)]),
	...forms,
];

function batchFor(options: UnetOptions): LabelledBatch {
	const shape = [2, 32, 21, options.inChannels] as const;
	const values = 2 * 32 * 21 * options.inChannels;
	return {
		x: heNormal([1, 1, 2, values / 2], 3, 1),
		labels: Uint8Array.from(
			{ length: 2 * 32 * 21 },
			(_, i) => (i * 7) % options.classes,
		),
		shape,
	};
}

async function lossAndGradients(device: Device, options: UnetOptions) {
	const model = unet(options, { seed: 4, device });
	// Biases start as 0, which puts the padding on the activation's kink: there any slope is right.
	const params = Object.fromEntries(
		Object.entries(model.params).map(([name, p], i) => [
			name,
			name.endsWith(".bias")
				? tensor(heNormal([1, 1, 1, p.shape[0]], 5, i), p.shape, { device })
				: p,
		]),
	);
	const batch = batchFor(options);
	const { value, grads } = scope(() => {
		const x = tensor(batch.x, batch.shape, { device });
		const labels = tensor(batch.labels, batch.shape.slice(0, 3), { device });
		return valueAndGrad((p: NamedTensors) =>
			headLoss(model.config, undefined)(
				forward(model, p, x, { training: true, step: 3 }),
				labels,
				{ ignore: 255 },
			),
		)(params);
	});
	const read = await Promise.all(
		Object.entries(grads).map(
			async ([name, g]) => [name, await g.data()] as const,
		),
	);
	return { loss: await value.item(), grads: new Map(read) };
}

describe("presets", () => {
	test.each(names)("%s has the parameters its source counts", (name) => {
		const options = optionsOf(name);
		const moments = momentSpecs(architectureOf(options)).reduce(
			(sum, [, c]) => sum + 2 * c,
			0,
		);
		expect([parameterCount(options), moments]).toEqual(COUNTS[name]);
	});

	test("clothing's decoder has the values its source counts", async () => {
		const model = await blankModel(optionsOf("clothing"), ADAPTERS.gpu);
		const layers = unetSummary(model, [1, 128, 128]);
		const decoder = layers.filter(({ name }) => !name.startsWith(BACKBONE));
		const values = decoder.map((l) => l.parameters + l.moments);
		expect(values.reduce((a, b) => a + b)).toBe(9_435_323);
		expect(decoder.map((l) => l.output.slice(1))).toEqual([
			[8, 8, 512],
			[8, 8, 512],
			[16, 16, 256],
			[16, 16, 256],
			[32, 32, 128],
			[32, 32, 128],
			[64, 64, 64],
			[64, 64, 64],
			[128, 128, 59],
		]);
	});

	test.each(all)("%s learns a batch", async (_, options) => {
		const model = unet(options, { seed: 1, device: cpuDevice() });
		const batch = batchFor(options);
		const losses: number[] = [];
		await train(model, {
			epochs: 1,
			stepsPerEpoch: 6,
			nextBatch: () => batch,
			optimizer: adam(),
			learningRate: 1e-2,
			onStep: ({ loss }) => void losses.push(loss),
		});
		expect(losses[5]).toBeLessThan(losses[0]);
		const { logits } = forward(
			model,
			model.params,
			tensor(batch.x, batch.shape, { device: model.device }),
		);
		expect(logits.shape).toEqual([2, 32, 21, options.classes]);
		expect((await logits.data()).every(Number.isFinite)).toBe(true);
	});
});

test("valid convolutions have the paper's sizes and see the image's middle", async () => {
	const paper = unetConfig({
		...presets["voc-person"].model,
		padding: "valid",
	});
	expect(validSize(paper, 572)).toBe(388);
	expect(validSize(paper, 571)).toBeUndefined();
	expect(frameOf(paper, 388, 388)).toEqual({
		pad: [92, 92, 92, 92],
		crop: [0, 0, 0, 0],
	});
	// By the skip alone, a pixel's logits depend on those around it alike.
	const options: UnetOptions = {
		inChannels: 1,
		classes: 2,
		base: 3,
		depth: 1,
		norm: "none",
		padding: "valid",
	};
	const model = unet(options, { seed: 2, device: cpuDevice() });
	const up = model.params["decoder.0.up.weight"];
	const params = {
		...model.params,
		"decoder.0.up.weight": zeros(up.shape, { device: model.device }),
	};
	const logits = async (at?: number) => {
		const x = new Float32Array(41 * 41).fill(0.5);
		if (at !== undefined) x[at] = 1;
		const input = tensor(x, [1, 41, 41, 1], { device: model.device });
		const { logits } = forward(model, params, input);
		expect(logits.shape).toEqual([1, 41, 41, 2]);
		return logits.data();
	};
	const [plain, changed] = [await logits(), await logits(20 * 41 + 20)];
	const rows = new Set<number>();
	plain.forEach((v, i) => {
		if (v !== changed[i]) rows.add(Math.floor(i / 2 / 41));
	});
	expect([Math.min(...rows), Math.max(...rows)]).toEqual([16, 24]);
});

test("dropout is another in each step and none outside training", async () => {
	const options = tiny("ochuman");
	const model = unet(options, { device: cpuDevice() });
	const { x, shape } = batchFor(options);
	const image = tensor(x, shape, { device: model.device });
	const run = (training: boolean, step: number) =>
		forward(model, model.params, image, { training, step }).logits.data();
	expect(await run(true, 1)).toEqual(await run(true, 1));
	expect(await run(true, 1)).not.toEqual(await run(true, 2));
	expect(await run(false, 1)).toEqual(await run(false, 2));
});

await describeOnDevices((device) => {
	test.each(all)("%s: gradients are those of float64", async (_, options) => {
		const expected = await lossAndGradients(cpuDevice(), options);
		const found = await lossAndGradients(device(), options);
		expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(1e-4);
		for (const [name, g] of expected.grads) {
			const other = found.grads.get(name);
			let error = 0;
			let norm = 0;
			g.forEach((v, i) => {
				error += (v - (other?.[i] ?? Number.NaN)) ** 2;
				norm += v ** 2;
			});
			// Biases that a normalisation takes out again have rounding noise for a gradient.
			expect(error, name).toBeLessThan(1e-6 * norm + 1e-9);
		}
	});
});

test("a summary's layers have the shapes, parameters and multiply-adds of the network", async () => {
	const model = await blankModel(presets.m2nist.model, ADAPTERS.gpu);
	const layers = unetSummary(model, [2, 64, 84]);
	const byName = new Map(layers.map((layer) => [layer.name, layer]));
	expect(byName.get("encoder.0.conv.0")).toEqual({
		name: "encoder.0.conv.0",
		weight: [5, 5, 1, 32],
		output: [2, 64, 96, 32],
		parameters: 5 * 5 * 32 + 32,
		moments: 0,
		macs: 2 * 64 * 96 * 25 * 32,
	});
	expect(byName.get("encoder.0.norm.1")?.output).toEqual([2, 32, 48, 32]);
	const up = byName.get("decoder.4.up");
	expect(up?.output).toEqual([2, 4, 6, 128]);
	expect(up?.macs).toBe(2 * 2 * 3 * 25 * 128 * 128);
	const values = layers.map((l) => l.parameters + l.moments);
	expect(values.reduce((a, b) => a + b)).toBe(3_559_315);
});

test("a summary of valid convolutions has the paper's sizes", async () => {
	const options: UnetOptions = {
		...presets["voc-person"].model,
		inChannels: 1,
		padding: "valid",
	};
	const model = await blankModel(options, ADAPTERS.swiftshader);
	const layers = unetSummary(model, [1, 388, 388]);
	const sides = layers.map(({ output }) => output[1]);
	expect(sides).toEqual([
		...[570, 568, 282, 280, 138, 136, 66, 64, 30, 28],
		...[56, 54, 52, 104, 102, 100, 200, 198, 196, 392, 390, 388, 388],
	]);
	expect(layers[1].macs).toBe(568 ** 2 * 9 * 64 * 64);
});

test("m2nist's layers run in the seed's order", async () => {
	const options: UnetOptions = {
		...presets.m2nist.model,
		encoder: [3, 4, 5],
		encoderConvs: [2, 2, 2],
		encoderKernels: [5, 3, 3],
		decoder: [11, 6],
		decoderConvs: [0, 0],
	};
	const model = unet(options, { seed: 3, device: cpuDevice() });
	const { params: p, state, device } = model;
	const x = tensor(heNormal([1, 1, 2, 32], 6, 1), [1, 8, 8, 1], { device });
	const same = { padding: "same" } as const;
	const conv = (name: string, t: typeof x) =>
		conv2d(t, p[`${name}.weight`], p[`${name}.bias`], same);
	const end = (name: string, t: typeof x) =>
		normalize(
			leakyRelu(t),
			state[name],
			p[`${name}.weight`],
			p[`${name}.bias`],
			{ epsilon: 1e-3 },
		);
	const down = (i: number, t: typeof x) => {
		const second = conv(
			`encoder.${i}.conv.1`,
			leakyRelu(conv(`encoder.${i}.conv.0`, t)),
		);
		const pooled = maxPool(second, { size: 3, stride: 2, ...same });
		return end(`encoder.${i}.norm.1`, pooled);
	};
	const up = (i: number, t: typeof x) =>
		convTranspose2d(t, p[`decoder.${i}.up.weight`], p[`decoder.${i}.up.bias`], {
			stride: 2,
			...same,
		});
	const half = down(0, x);
	let y = down(1, half);
	for (const j of [0, 1]) {
		y = end(`encoder.2.norm.${j}`, conv(`encoder.2.conv.${j}`, y));
	}
	y = end("decoder.1.norm.join", concat(half, up(1, y)));
	y = end("decoder.0.norm.join", up(0, y));
	const expected = await conv("head", y).data();
	const found = await forward(model, p, x).logits.data();
	expect(found).toEqual(expected);
});

test("valid convolutions see the image around what they tell, where they are given it", async () => {
	const device = cpuDevice();
	const options: UnetOptions = {
		...{ inChannels: 1, classes: 2, base: 2, depth: 1 },
		padding: "valid",
	};
	const model = unet(options, { seed: 1, device });
	const values = heNormal([1, 1, 2, 32 ** 2 / 2], 3, 1);
	const x = tensor(values, [1, 32, 32, 1], { device });
	const seen = forward(model, model.params, x, { context: true }).logits;
	const [, side] = seen.shape;
	expect(side).toBe(validSize(model.config, 32));
	// Without it the same image is what lies within a frame of zeros.
	const lost = (32 - side) / 2;
	const border = [lost, lost, lost, lost] as const;
	const middle = crop(x, { padding: border });
	const framed = pad(middle, { padding: border });
	const own = await forward(model, model.params, middle).logits.data();
	const given = forward(model, model.params, framed, { context: true });
	expect(own).toEqual(await given.logits.data());
	expect(own).not.toEqual(await seen.data());
});

describe("a head of sigmoids", () => {
	const device = cpuDevice();
	const scores = (targets: number[][], z: number[][]) =>
		classScores(
			unetConfig({ inChannels: 1, classes: 2, targets }),
			tensor(z.flat(), [1, 1, z.length, z[0].length], { device }),
		);

	test("the probability of a mask's class 1 is its sigmoid", async () => {
		const z = [-2, -0.1, 0.1, 3];
		const p = await softmax(
			scores(
				[[0], [1]],
				z.map((v) => [v]),
			),
		).data();
		z.forEach((v, i) => {
			expect(p[2 * i + 1]).toBeCloseTo(1 / (1 + Math.exp(-v)), 12);
		});
	});

	test("a colour belongs to the class whose colour is nearer", async () => {
		const purple = [68, 1, 84].map((v) => v / 255);
		const yellow = [253, 231, 37].map((v) => v / 255);
		const logits = (colour: number[]) =>
			colour.map((p) => Math.log(p / (1 - p)));
		const found = await argmax(
			scores([purple, yellow], [logits(purple), logits(yellow)]),
		).data();
		expect([...found]).toEqual([0, 1]);
		// Both on the same side of 1/2.
		const close = await argmax(
			scores([[0.6], [0.9]], [logits([0.6]), logits([0.9])]),
		).data();
		expect([...close]).toEqual([0, 1]);
	});

	test.each([
		[{ targets: [[0]] }, "targets is [[0]]; it must be null, or two different"],
		[{ targets: [[1], [1]] }, "targets is [[1],[1]]"],
		[{ targets: [[0], [1.5]] }, "targets is [[0],[1.5]]"],
		[{ classes: 3, targets: [[0], [1]] }, "classes is 3; it must be 2 with"],
	])("%j is rejected", (change, message) => {
		const options = { inChannels: 1, classes: 2, ...(change as object) };
		expect(() => unetConfig(options)).toThrow(message);
	});
});
