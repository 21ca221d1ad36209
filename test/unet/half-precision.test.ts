import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digitsPreset } from "../../src/app/digits-preset.ts";
import {
	capture,
	cpuDevice,
	type Device,
	DeviceError,
	pack,
	scope,
	tensor,
	type WebgpuDevice,
} from "../../src/engine/index.ts";
import { reshape } from "../../src/kernels/index.ts";
import { uploadBatch } from "../../src/unet/batch-step.ts";
import {
	adam,
	ConfigError,
	encodeCheckpoint,
	halfPrecision,
	type LabelledBatch,
	loadModel,
	type Model,
	NumericError,
	optimizerState,
	type Precision,
	type TrainingState,
	type TrainOptions,
	train,
	unet,
} from "../../src/unet/index.ts";
import { plainStep } from "../../src/unet/training-step.ts";
import { digitSets } from "../digits.ts";
import { describeOnGpus } from "../gpu.ts";
import { uniformNumbers } from "../rows.ts";

const form = { inChannels: 3, classes: 3, base: 4, depth: 2, convs: 1 };

/** Images whose classes follow from their colours. */
function colours(seed: number): LabelledBatch {
	const random = uniformNumbers(seed);
	const x = Float32Array.from({ length: 2 * 12 * 12 * 3 }, random);
	const labels = Uint8Array.from({ length: 2 * 12 * 12 }, (_, i) =>
		Math.floor(3 * x[3 * i]),
	);
	return { x, labels, shape: [2, 12, 12, 3] };
}
const batches = [0, 1, 2, 3].map(colours);

/** Loss scaling alone: values stay in f32, on any device. */
function scaledOnly(scale: number, growAfter = 2000): Precision {
	return {
		...halfPrecision({ scale, growAfter }),
		start: (device) => tensor([scale, 0], [2], { device }),
		store: (x) => x,
	};
}

/** Trains on the batches in turn; returns the losses and the state. */
async function losses(
	model: Model,
	options: Partial<TrainOptions>,
	steps = 6,
): Promise<{ losses: number[]; scale: number[]; state: TrainingState }> {
	const found: number[] = [];
	let next = options.resume?.optimizer.step ?? 0;
	const { state } = await train(model, {
		epochs: 1,
		stepsPerEpoch: steps,
		nextBatch: () => batches[next++ % 4],
		learningRate: 0.01,
		onStep: ({ loss }) => {
			found.push(loss);
		},
		...options,
	});
	const scale = Array.from((await state.scaling?.data()) ?? []);
	return { losses: found, scale, state };
}

const values = async (model: Model) =>
	Promise.all(
		Object.values({ ...model.params, ...model.state }).map(async (t) =>
			Array.from(await t.data()),
		),
	);

describe("on the CPU device", () => {
	const device = cpuDevice();

	test("half precision is refused in one sentence", () => {
		expect(() => halfPrecision().start(device)).toThrow(DeviceError);
		expect(() => halfPrecision().start(device)).toThrow(
			/shader-f16, which CPU reference \(JavaScript, float64\) lacks; train in f32/,
		);
		expect(() => halfPrecision({ scale: 1000 })).toThrow(ConfigError);
	});

	test("a gradient that two parameters share is unscaled once", async () => {
		const g = tensor([8], [1], { device });
		const again = reshape(g, { shape: [1, 1] });
		const scaling = tensor([4, 0], [2], { device });
		scaledOnly(4).apply({ a: g, b: again }, scaling, () => {});
		expect(await g.item()).toBe(2);
	});

	test("a scale that no gradient fits ends the training", async () => {
		const model = unet(form, { device });
		const precision = {
			...scaledOnly(2 ** -22),
			scaled: scaledOnly(1).scaled,
		};
		const broken: Precision = {
			...precision,
			apply(grads, scaling, update) {
				const infinite = tensor([1 / 0], [1], { device });
				precision.apply([grads, infinite], scaling, update);
			},
		};
		await expect(losses(model, { precision: broken })).rejects.toThrow(
			NumericError,
		);
	});
});

/** What holds on every device, whether it can store f16 or not. `huge` is a power of two that it holds, but not its square. */
function onAny(device: () => Device, huge: number) {
	test.each<Partial<TrainOptions>>([{}, { accumulate: 2, average: 0.5 }])(
		"a loss scale changes no bit of a training in f32: %j",
		async (options) => {
			const plain = unet(form, { seed: 1, device: device() });
			const scaled = unet(form, { seed: 1, device: device() });
			const expected = await losses(plain, options);
			const precision = scaledOnly(2 ** 10, 4);
			const found = await losses(scaled, { precision, ...options });
			expect(found.losses).toEqual(expected.losses);
			expect(await values(scaled)).toEqual(await values(plain));
			expect(found.scale).toEqual([2 ** 11, 2]);
		},
	);

	test.each<Partial<TrainOptions>>([
		{},
		{ clip: { norm: 1 }, accumulate: 2, average: 0.5 },
	])(
		"a step with infinite gradients is skipped, moments and average included, and halves the scale: %j",
		async (options) => {
			const model = unet(form, { seed: 1, device: device() });
			const before = await values(model);
			const { scaled, ...rest } = scaledOnly(2 ** 24);
			const precision: Precision = {
				...rest,
				start: (on) => tensor([huge, 5], [2], { device: on }),
				scaled: (loss, scaling) => scaled(scaled(loss, scaling), scaling),
			};
			const skipped = await losses(model, { precision, ...options }, 1);
			expect(skipped.scale).toEqual([huge / 2, 0]);
			expect(await values(model)).toEqual(before);
			const { weights = model.params, optimizer } = skipped.state;
			expect(await values({ ...model, params: weights })).toEqual(before);
			for (const slot of Object.values(optimizer.slots)) {
				for (const t of Object.values(slot)) {
					expect((await t.data()).every((v) => v === 0)).toBe(true);
				}
			}
		},
	);
}

describe("on the CPU device, scaled", () => {
	const device = cpuDevice();
	onAny(() => device, 2 ** 600);
});

await describeOnGpus((open) => {
	let device: WebgpuDevice;
	let half: boolean;
	beforeAll(async () => {
		device = await open();
		half = device.gpu.features.has("shader-f16");
	});
	afterAll(() => device.destroy());
	onAny(() => device, 2 ** 70);

	test("half precision starts, or names the adapter that cannot", async () => {
		if (half) expect(halfPrecision().start(device).shape).toEqual([2]);
		else {
			expect(() => halfPrecision().start(device)).toThrow(DeviceError);
			expect(() => halfPrecision().start(device)).toThrow(
				device.identity.description,
			);
		}
	});

	test("digits are learnt in f16 as in f32, in as many submissions", async ({
		skip,
	}) => {
		if (!half) skip("the adapter lacks shader-f16");
		const digits = await digitBatches();
		const run = async (precision?: Precision) => {
			const model = unet(digitsNet, { seed: 1, device });
			const { submits } = device.stats;
			let next = 0;
			const { losses: found } = await losses(
				model,
				{
					nextBatch: () => digits[next++ % 2],
					learningRate: 5e-3,
					classWeights: digitsPreset.classWeights,
					precision,
				},
				12,
			);
			return { found, submits: device.stats.submits - submits };
		};
		const full = await run();
		const other = await run(halfPrecision());
		expect(full.found[11]).toBeLessThan(0.6 * full.found[0]);
		expect(other.found).not.toEqual(full.found);
		other.found.forEach((loss, i) => {
			expect(Math.abs(loss / full.found[i] - 1)).toBeLessThan(0.02);
		});
		// The scale is uploaded once, and read at the end of an epoch and by this test.
		expect(other.submits).toBeLessThanOrEqual(full.submits + 3);
	});

	test("updates that may be skipped are still joined into one dispatch", async () => {
		const model = unet(form, { device });
		const dispatches = async (precision?: Precision) => {
			const step = capture(stepOf(model, precision));
			const { x, labels } = uploadBatch(batches[0], device);
			const report = await step.prepare(x, labels);
			step.free();
			return report?.dispatches ?? 0;
		};
		for (const tensors of [model.params, model.state]) pack(tensors);
		const more = (await dispatches(scaledOnly(1))) - (await dispatches());
		// One for each gradient, and those for loss, flag and scale.
		expect(more).toBeLessThan(Object.keys(model.params).length + 8);
	});

	test("a step in f16 needs less memory", async ({ skip }) => {
		if (!half) skip("the adapter lacks shader-f16");
		const [batch] = await digitBatches();
		const planned = async (precision?: Precision) => {
			const model = unet({ ...digitsNet, base: 8 }, { device });
			const step = capture(stepOf(model, precision));
			const { x, labels } = uploadBatch(batch, device);
			const report = await step.prepare(x, labels);
			step.free();
			return report?.memory.planned ?? 0;
		};
		expect(await planned(halfPrecision())).toBeLessThan(
			0.75 * (await planned()),
		);
	});

	test("f16 gradients overflow, and the scale is found; replayed as called one by one", async ({
		skip,
	}) => {
		if (!half) skip("the adapter lacks shader-f16");
		const precision = halfPrecision({ scale: 2 ** 24, growAfter: 3 });
		const run = async (replayed: boolean) => {
			const model = unet(form, { seed: 1, device });
			const scaling = precision.start(device);
			const plain = stepOf(model, precision, scaling);
			const step = replayed ? capture(plain) : plain;
			const found: number[][] = [];
			for (let i = 0; i < 12; i++) {
				const loss = scope(() => {
					const { x, labels } = uploadBatch(batches[i % 4], device);
					return step(x, labels);
				});
				found.push([await loss.item(), ...(await scaling.data())]);
			}
			return { found, values: await values(model) };
		};
		const plain = await run(false);
		const scales = plain.found.map(([, scale]) => scale);
		expect(scales[0]).toBe(2 ** 23);
		expect(scales.some((scale, i) => scale > scales[i - 1])).toBe(true);
		expect(plain.found.flat().every(Number.isFinite)).toBe(true);
		expect(plain.found[11][0]).toBeLessThan(plain.found[0][0]);
		expect(await run(true)).toEqual(plain);
	});

	test("goes on from a checkpoint bit for bit, scale included", async ({
		skip,
	}) => {
		if (!half) skip("the adapter lacks shader-f16");
		const precision = halfPrecision({ scale: 2 ** 24, growAfter: 3 });
		const model = unet(form, { seed: 1, device });
		const whole = await losses(model, { precision, epochs: 2 }, 5);

		const first = unet(form, { seed: 1, device });
		const { state } = await losses(first, { precision }, 5);
		const bytes = await encodeCheckpoint(first, { training: state });
		const loaded = loadModel(bytes, "x", { device });
		const second = await losses(
			loaded.model,
			{ precision, epochs: 2, resume: loaded.training },
			5,
		);
		expect(second.losses).toEqual(whole.losses.slice(5));
		expect(second.scale).toEqual(whole.scale);
		expect(await values(loaded.model)).toEqual(await values(model));
	});
});

const digitsNet = { inChannels: 1, classes: 11, ...digitsPreset.model };

/** Two batches of two images each. */
async function digitBatches(): Promise<LabelledBatch[]> {
	const { train: set } = await digitSets({ train: 4, val: 1, seed: 1 });
	const pixels = set.height * set.width;
	return [0, 2].map((first) => {
		const range = [first * pixels, (first + 2) * pixels] as const;
		const x = Float32Array.from(set.images.subarray(...range), (v) => v / 255);
		const labels = set.labels.subarray(...range);
		return { x, labels, shape: [2, set.height, set.width, 1] };
	});
}

function stepOf(
	model: Model,
	precision: Precision | undefined,
	scaling = precision?.start(model.device),
) {
	const optimizer = adam();
	const state = optimizerState(optimizer, model.params);
	for (const slot of Object.values(state.slots)) pack(slot);
	return plainStep(
		model,
		{ precision },
		optimizer,
		state,
		undefined,
		() => 0.01,
		model.params,
		scaling,
	);
}
