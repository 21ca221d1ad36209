import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	scope,
	sizeOf,
	tensor,
} from "../../src/engine/index.ts";
import { type EncoderName, encoders } from "../../src/unet/encoders/index.ts";
import {
	adam,
	type Encoder,
	encodeCheckpoint,
	heNormal,
	loadModel,
	type Model,
	mobilenetV2,
	pretrained,
	type StoredTensor,
	train,
	unet,
} from "../../src/unet/index.ts";
import { BACKBONE } from "../../src/unet/parameters.ts";
import { describeOnDevices } from "../gpu.ts";

const names = Object.keys(encoders) as EncoderName[];
const image = heNormal([1, 1, 2, (3 * 32 * 32) / 2], 1, 1);

/** A U-Net over an encoder, with a small decoder. */
const over = (backbone: Encoder) =>
	({
		inChannels: 3,
		classes: 2,
		backbone,
		decoder: [4, 4, 4, 4],
		decoderConvs: [0, 0, 0, 0],
		upFinish: "before",
		headKernel: 3,
	}) as const;

/** Values that tell every tensor's place in the file. */
function numbered(name: EncoderName): Map<string, StoredTensor> {
	return new Map(
		encoders[name].tensors.map(({ name: key, shape }, i) => [
			key,
			{ shape, data: new Float32Array(sizeOf(shape)).fill(i / 100) },
		]),
	);
}

describe("encoders", () => {
	test("have Keras's number of values without top", () => {
		const sizes = names.map((name) =>
			encoders[name].tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
		);
		expect(sizes).toEqual([7_037_504, 2_257_984]);
	});

	test("have Keras's names, layouts and channels", () => {
		const [dense, mobile] = names.map((name) => encoders[name]);
		expect(dense.channels).toEqual([64, 256, 512, 1024, 1024]);
		expect(mobile.channels).toEqual([96, 144, 192, 576, 1280]);
		const shapes = new Map(
			[...dense.tensors, ...mobile.tensors].map((t) => [t.name, t.shape]),
		);
		expect(shapes.get("conv1/conv/kernel")).toEqual([7, 7, 3, 64]);
		expect(shapes.get("conv5_block16_2_conv/kernel")).toEqual([3, 3, 128, 32]);
		expect(shapes.get("pool4_conv/kernel")).toEqual([1, 1, 1024, 512]);
		expect(shapes.get("bn/moving_variance")).toEqual([1024]);
		expect(shapes.get("block_16_depthwise/depthwise_kernel")).toEqual([
			3, 3, 960, 1,
		]);
		expect(shapes.get("Conv_1_bn/beta")).toEqual([1280]);
		expect(shapes.size).toBe(dense.tensors.length + mobile.tensors.length);
	});

	test("weights are checked by name and shape and reach the model", async () => {
		const device = cpuDevice();
		const stored = numbered("mobilenet-v2");
		const load = () => unet(over(pretrained(mobilenetV2, stored)), { device });
		const { params, state } = load();
		const at = (key: string) => stored.get(key)?.data[0];
		const moments = await state["backbone.Conv_1_bn"].data();
		expect(moments[0]).toBeCloseTo(at("Conv_1_bn/moving_mean") as number);
		expect(moments[1280]).toBeCloseTo(
			at("Conv_1_bn/moving_variance") as number,
		);
		const depthwise = "block_16_depthwise/depthwise_kernel";
		expect(params[BACKBONE + depthwise].shape).toEqual([3, 3, 1, 960]);
		expect((await params[BACKBONE + depthwise].data())[0]).toBeCloseTo(
			at(depthwise) as number,
		);
		const kernel = stored.get("Conv1/kernel") as StoredTensor;
		stored.set("Conv1/kernel", { ...kernel, shape: [3, 3, 32, 3] });
		expect(load).toThrow(
			"encoder weights: tensor Conv1/kernel is [3,3,32,3]; mobilenet-v2 needs [3,3,3,32]",
		);
		stored.delete("Conv1/kernel");
		expect(load).toThrow("encoder weights: tensor Conv1/kernel is missing");
	});

	test("a checkpoint keeps them", async () => {
		const device = cpuDevice();
		const model = unet(over(mobilenetV2), { seed: 3, device });
		const bytes = await encodeCheckpoint(model);
		const loaded = loadModel(bytes, "checkpoint", { device, encoders }).model;
		expect(await values(loaded)).toEqual(await values(model));
		expect(() => loadModel(bytes, "x.safetensors", { device })).toThrow(
			"x.safetensors: its network has the backbone mobilenet-v2; give loadModel that encoder",
		);
		loadModel(bytes, "checkpoint", { device, config: over(mobilenetV2) });
	});

	test.each([
		[{ inChannels: 1 }, "inChannels is 1; it must be 3"],
		[{ headKernel: 1 }, "headKernel is 1; it must be from 2 to 5"],
		[{ encoder: [1, 2, 3, 4, 5] }, "encoder is [1,2,3,4,5]; it must be [96,"],
		[
			{ backbone: "vgg" },
			'backbone is "vgg"; it must be none or an encoder, such as mobilenetV2',
		],
	])("%j is rejected", (change, message) => {
		const options = { ...over(mobilenetV2), ...(change as object) };
		expect(() => unet(options, { device: cpuDevice() })).toThrow(message);
	});
});

await describeOnDevices((device) => {
	test.each(names)("%s: results are those of float64", async (name) => {
		const run = (on: Device) =>
			scope(() => {
				const { params, state } = unet(over(encoders[name]), {
					seed: 1,
					device: on,
				});
				return encoders[name].results(
					{ prefix: BACKBONE, params, state },
					tensor(image, [1, 32, 32, 3], { device: on }),
				);
			});
		const expected = run(cpuDevice());
		const found = run(device());
		expect(found.map((t) => t.shape.slice(1))).toEqual(
			encoders[name].channels.map((c, i) => [16 >> i, 16 >> i, c]),
		);
		for (const [i, t] of expected.entries()) {
			const [a, b] = [await t.data(), await found[i].data()];
			let error = 0;
			let norm = 0;
			a.forEach((v, k) => {
				error += (v - b[k]) ** 2;
				norm += v ** 2;
			});
			expect(norm).toBeGreaterThan(0);
			expect(error / norm).toBeLessThan(1e-8);
		}
	});

	const batch = {
		x: image,
		labels: Uint8Array.from({ length: 32 * 32 }, (_, i) => (i >> 4) % 2),
		shape: [1, 32, 32, 3],
	} as const;

	test("normalised by its running moments, an encoder learns and keeps them", async () => {
		const model = unet(
			{ ...over(mobilenetV2), backboneMoments: "running" },
			{ device: device() },
		);
		const before = await values(model);
		await train(model, {
			epochs: 1,
			stepsPerEpoch: 1,
			nextBatch: () => batch,
		});
		const after = await values(model);
		const of = (name: string) => [after.get(name), before.get(name)];
		const [kernel, kernelBefore] = of(`${BACKBONE}Conv1/kernel`);
		expect(kernel).not.toEqual(kernelBefore);
		const moments = Object.keys(model.state);
		const own = moments.filter((name) => name.startsWith(BACKBONE));
		expect(own).toHaveLength(52);
		for (const name of moments) {
			const [now, then] = of(name);
			if (own.includes(name)) expect(now, name).toEqual(then);
			else expect(now, name).not.toEqual(then);
		}
	});

	test("a frozen encoder keeps its bytes, and learns once it is released", async () => {
		const model = unet(over(mobilenetV2), { device: device() });
		const seen = [await values(model)];
		await train(model, {
			epochs: 3,
			frozenIn: (epoch) => epoch < 3,
			stepsPerEpoch: 1,
			nextBatch: () => batch,
			validBatches: () => [batch],
			optimizer: adam(),
			onEpoch: async () => void seen.push(await values(model)),
		});
		const [before, first, second, third] = seen;
		const kept = [...before.keys()].filter((k) => k.startsWith(BACKBONE));
		expect(kept).toHaveLength(208);
		for (const key of kept) expect(second.get(key)).toEqual(before.get(key));
		expect(first.get("head.weight")).not.toEqual(before.get("head.weight"));
		for (const key of ["Conv1/kernel", "Conv1/gamma", "bn_Conv1"]) {
			const name = BACKBONE + key.replace("Conv1/gamma", "bn_Conv1/gamma");
			expect(third.get(name), name).not.toEqual(before.get(name));
		}
	});
});

/** All tensors of a model. */
async function values({ params, state }: Model) {
	const all = Object.entries({ ...params, ...state });
	return new Map(
		await Promise.all(
			all.map(async ([name, t]) => [name, await t.data()] as const),
		),
	);
}
