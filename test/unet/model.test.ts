import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	setDefaultDevice,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../../src/engine/index.ts";
import { softmaxCrossEntropy } from "../../src/kernels/index.ts";
import {
	forward,
	heNormal,
	type NamedTensors,
	parameterCount,
	predict,
	type UnetOptions,
	unet,
} from "../../src/unet/index.ts";

setDefaultDevice(cpuDevice());

const small = { inChannels: 2, classes: 3, base: 2, depth: 2, convs: 1 };

/** Normal numbers of a shape, scaled so that the deviation is about 1. */
function noise(shape: number[], seed: number): Float32Array {
	const count = shape.reduce((a, b) => a * b);
	return heNormal([1, 1, 2, count / 2], seed, 99);
}

describe("parameters", () => {
	test("names are those of a PyTorch module, batch norm's running moments apart", () => {
		const model = unet({ ...small, depth: 1 });
		expect(Object.keys(model.params)).toEqual([
			"encoder.0.conv.0.weight",
			"encoder.0.norm.0.weight",
			"encoder.0.norm.0.bias",
			"encoder.1.conv.0.weight",
			"encoder.1.norm.0.weight",
			"encoder.1.norm.0.bias",
			"decoder.0.up.weight",
			"decoder.0.conv.0.weight",
			"decoder.0.norm.0.weight",
			"decoder.0.norm.0.bias",
			"head.weight",
			"head.bias",
		]);
		expect(Object.keys(model.state)).toEqual([
			"encoder.0.norm.0",
			"encoder.1.norm.0",
			"decoder.0.norm.0",
		]);
		expect(model.params["decoder.0.up.weight"].shape).toEqual([2, 2, 2, 4]);
		expect(model.multiple).toBe(2);
	});

	test("their count, by hand", () => {
		// Without normalisation each convolution has a bias.
		const count = 9 * 2 * 4 + 4 + (9 * 4 * 8 + 8) + (4 * 8 * 4 + 4);
		expect(parameterCount({ ...small, base: 4, depth: 1, norm: "none" })).toBe(
			count + (9 * 8 * 4 + 4) + (4 * 3 + 3),
		);
	});

	test("nearest upsampling, 1x1 decoder and lists of channels", () => {
		const options = {
			inChannels: 1,
			classes: 3,
			encoder: [4, 6, 10],
			encoderConvs: [1, 1, 2],
			decoder: [7, 8],
			decoderConvs: [1, 1],
			decoderKernel: 1,
			up: "nearest",
		} as const;
		const shapes = Object.fromEntries(
			Object.entries(unet(options).params).map(([k, p]) => [k, p.shape]),
		);
		expect(shapes["encoder.2.conv.1.weight"]).toEqual([3, 3, 10, 10]);
		expect(shapes["decoder.1.conv.0.weight"]).toEqual([1, 1, 6 + 10, 8]);
		expect(shapes["decoder.0.conv.0.weight"]).toEqual([1, 1, 4 + 8, 7]);
		expect(shapes["head.weight"]).toEqual([1, 1, 7, 3]);
		expect(Object.keys(shapes).some((k) => k.includes(".up."))).toBe(false);
	});

	test("the same seed gives the same numbers, another seed others", async () => {
		const [a, b, c] = [1, 1, 2].map((seed) => unet(small, { seed }));
		for (const [name, p] of Object.entries(a.params)) {
			expect(await b.params[name].data()).toEqual(await p.data());
		}
		const first = "encoder.0.conv.0.weight";
		expect(await c.params[first].data()).not.toEqual(
			await a.params[first].data(),
		);
	});

	test.each<[object, string]>([
		[{ base: 0 }, "base is 0; it must be a whole number from 1 to 4096"],
		[{ depth: 2.5 }, "depth is 2.5"],
		[{ encoder: [] }, "encoder is []; it must be a list of 1 to 9"],
		[{ encoder: 8 }, "encoder is 8; it must be a list of 1 to 9"],
		[
			{ encoder: [2, 4], decoder: [2, 2] },
			"decoder is [2,2]; it must be a list of 1 whole numbers",
		],
		[{ decoderKernel: 5 }, "decoderKernel is 5; it must be 1 or 3"],
		[{ classes: 1 }, "classes is 1"],
		[{ norm: "layer" }, 'norm is "layer"; it must be batch or group or none'],
		[{ momentum: 1 }, "momentum is 1"],
		[{ epsilon: Number.NaN }, "epsilon is null"],
		[{ filters: 4 }, "unknown field filters"],
	])("%j is rejected", (field, reason) => {
		const make = () => unet({ ...small, ...field } as UnetOptions);
		expect(make).toThrow(reason);
		expect(make).toThrow(/^unet: [^\n]*$/);
	});
});

describe("forward", () => {
	test("a network of four pixels worked by hand", async () => {
		const model = unet({
			inChannels: 1,
			classes: 2,
			base: 1,
			depth: 1,
			convs: 1,
			norm: "none",
		});
		/** A 3x3 kernel that only looks at its middle. */
		const middle = (into: number, out: number, values: number[]) => {
			const w = new Float32Array(9 * into * out);
			w.set(values, 4 * into * out);
			return tensor(w, [3, 3, into, out]);
		};
		const params: NamedTensors = {
			...model.params,
			"encoder.0.conv.0.weight": middle(1, 1, [1]),
			"encoder.1.conv.0.weight": middle(1, 2, [1, -1]),
			"encoder.1.conv.0.bias": tensor([0.5, 5]),
			// [row, column, out, in]: the maximum 4 gives channels 4.5 and 1.
			"decoder.0.up.weight": tensor([1, 0, 2, 0, 3, 0, 0, 4], [2, 2, 1, 2]),
			"decoder.0.up.bias": tensor([0.25]),
			"decoder.0.conv.0.weight": middle(2, 1, [1, 10]),
			"head.weight": tensor([1, -1], [1, 1, 1, 2]),
			"head.bias": tensor([0, 100]),
		};
		const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
		const { logits } = forward(model, params, x);
		// image + 10 * (4.5, 9, 13.5, 4 + 0.25 each)
		const features = [1 + 47.5, 2 + 92.5, 3 + 137.5, 4 + 42.5];
		expect(logits.shape).toEqual([1, 2, 2, 2]);
		expect([...(await logits.data())]).toEqual(
			features.flatMap((v) => [v, 100 - v]),
		);
	});

	test("normalisation with running moments and Keras's leaky ReLU, by hand", async () => {
		const model = unet({
			inChannels: 1,
			classes: 2,
			base: 1,
			depth: 0,
			convs: 1,
			epsilon: 0.25,
			activation: "leakyRelu",
		});
		const kernel = new Float32Array(9);
		kernel[4] = 1;
		const params: NamedTensors = {
			"encoder.0.conv.0.weight": tensor(kernel, [3, 3, 1, 1]),
			"encoder.0.norm.0.weight": tensor([4]),
			"encoder.0.norm.0.bias": tensor([0.5]),
			"head.weight": tensor([1, -1], [1, 1, 1, 2]),
			"head.bias": tensor([0, 0]),
		};
		const state = { "encoder.0.norm.0": tensor([[3], [3.75]]) };
		const x = tensor([1, 4], [1, 1, 2, 1]);
		const { logits } = forward({ ...model, state }, params, x);
		// (x - 3) / sqrt(3.75 + 0.25) * 4 + 0.5 = -3.5 and 2.5; slope 0.3
		const [a, b, c, d] = await logits.data();
		expect(a).toBeCloseTo(-1.05, 14);
		expect([b, c, d]).toEqual([-a, 2.5, -2.5]);
	});

	test("any height and width: zeros are added at the bottom and right and cut off", async () => {
		const model = unet(small, { seed: 3 });
		const [h, w] = [5, 7];
		const x = noise([1, h, w, 2], 1);
		const padded = new Float32Array(8 * 8 * 2);
		for (let row = 0; row < h; row++) {
			padded.set(x.subarray(row * w * 2, (row + 1) * w * 2), row * 8 * 2);
		}
		const odd = predict(model, tensor(x, [1, h, w, 2]));
		const even = predict(model, tensor(padded, [1, 8, 8, 2]));
		expect(odd.shape).toEqual([1, h, w, 3]);
		const wide = await even.data();
		const cropped = Array.from({ length: h }, (_, row) => [
			...wide.subarray(row * 8 * 3, (row * 8 + w) * 3),
		]).flat();
		expect([...(await odd.data())]).toEqual(cropped);
	});

	test("another rank or channel count is rejected", () => {
		const model = unet(small);
		for (const shape of [
			[4, 4, 2],
			[1, 4, 4, 3],
		]) {
			const x = tensor(new Float32Array(shape.reduce((a, b) => a * b)), shape);
			expect(() => predict(model, x)).toThrow(
				`unet: x is [${shape}]; this model takes [N,H,W,2]`,
			);
		}
	});

	test("an image's result depends on its batch in training only", async () => {
		const model = unet(small, { seed: 4 });
		const pixels = noise([2, 4, 4, 2], 2);
		const both = tensor(pixels, [2, 4, 4, 2]);
		const one = tensor(pixels.slice(0, 32), [1, 4, 4, 2]);
		const run = async (x: Tensor, training: boolean) => {
			const { logits } = forward(model, model.params, x, { training });
			return [...(await logits.data()).subarray(0, 48)];
		};
		expect(await run(both, false)).toEqual(await run(one, false));
		expect(await run(both, true)).not.toEqual(await run(one, true));
	});

	test("training returns the moments of the batch, evaluation none", async () => {
		const model = unet(small);
		const x = tensor(noise([2, 4, 4, 2], 2), [2, 4, 4, 2]);
		const { moments } = forward(model, model.params, x, { training: true });
		expect(Object.keys(moments)).toEqual(Object.keys(model.state));
		for (const [name, m] of Object.entries(moments)) {
			expect(m.shape).toEqual(model.state[name].shape);
		}
		expect(forward(model, model.params, x).moments).toEqual({});
	});
});

test.each<Partial<UnetOptions>>([
	{},
	{ norm: "none", activation: "leakyRelu", convs: 2, depth: 1 },
	{
		encoder: [2, 3, 4],
		encoderConvs: [1, 2, 1],
		decoder: [5, 3],
		decoderConvs: [1, 1],
		decoderKernel: 1,
		up: "nearest",
		lastActivation: false,
	},
])(
	"gradients of the whole network are those of finite differences: %j",
	async (change) => {
		const model = unet({ ...small, ...change }, { seed: 5 });
		const x = tensor(noise([2, 6, 5, 2], 6), [2, 6, 5, 2]);
		const labels = tensor(
			Int32Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? 255 : i % 3)),
			[2, 6, 5],
		);
		const loss = (params: NamedTensors) => {
			const { logits } = forward(model, params, x, { training: true });
			return softmaxCrossEntropy(logits, labels, { ignore: 255 });
		};
		const { grads } = valueAndGrad(loss)(model.params);
		const start = await Promise.all(
			Object.values(model.params).map((p) => p.data()),
		);
		const direction = start.map((p, i) => heNormal([1, 1, 2, p.length], i, 7));
		let slope = 0;
		for (const [i, g] of Object.values(grads).entries()) {
			(await g.data()).forEach((v, j) => {
				slope += v * direction[i][j];
			});
		}
		const along = async (t: number) =>
			loss(
				Object.fromEntries(
					Object.entries(model.params).map(([name, p], i) => [
						name,
						tensor(
							Float64Array.from(start[i], (v, j) => v + t * direction[i][j]),
							p.shape,
						),
					]),
				),
			).item();
		const step = 1e-6;
		const difference =
			((await along(step)) - (await along(-step))) / (2 * step);
		expect(Math.abs(slope)).toBeGreaterThan(1e-3);
		expect(Math.abs(difference / slope - 1)).toBeLessThan(1e-6);
	},
);
