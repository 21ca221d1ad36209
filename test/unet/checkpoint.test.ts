import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { cpuDevice, setDefaultDevice, tensor } from "../../src/engine/index.ts";
import {
	adam,
	CheckpointError,
	decodeSafetensors,
	encodeCheckpoint,
	encodeSafetensors,
	loadModel,
	type Model,
	NumericError,
	optimizerState,
	rmsprop,
	type Stored,
	type TrainingState,
	unet,
} from "../../src/unet/index.ts";

setDefaultDevice(cpuDevice());

const config = { inChannels: 1, classes: 2, base: 2, depth: 1, convs: 1 };
let model: Model;
let training: TrainingState;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
	model = unet(config, { seed: 1 });
	const slots = {
		exp_avg: unet(config, { seed: 3 }).params,
		exp_avg_sq: unet(config, { seed: 2 }).params,
	};
	training = {
		epoch: 3,
		step: 1,
		lossSum: 0.5,
		best: 0.25,
		sinceBest: 2,
		optimizer: { name: adam().name, step: 7, slots },
	};
	bytes = await encodeCheckpoint(model, {
		training,
		metadata: { classes: '["a","b"]' },
	});
});

/** The checkpoint with something changed. */
function changed(
	change: (stored: {
		metadata: Map<string, string>;
		tensors: Map<
			string,
			Stored["tensors"] extends ReadonlyMap<string, infer T> ? T : never
		>;
	}) => void,
): Uint8Array {
	const { metadata, tensors } = decodeSafetensors(bytes, "x");
	const stored = { metadata: new Map(metadata), tensors: new Map(tensors) };
	change(stored);
	return encodeSafetensors(stored);
}

describe("round trip", () => {
	test("model, training and metadata come back, value by value", async () => {
		const loaded = loadModel(bytes);
		expect(loaded.metadata).toEqual({ classes: '["a","b"]' });
		expect(loaded.model.config).toEqual(model.config);
		const resumed = loaded.training as TrainingState;
		const { optimizer, ...progress } = resumed;
		expect(progress).toEqual({
			epoch: 3,
			step: 1,
			lossSum: 0.5,
			best: 0.25,
			sinceBest: 2,
		});
		expect(optimizer.step).toBe(7);
		const pairs = [
			[loaded.model.params, model.params],
			[loaded.model.state, model.state],
			...["exp_avg", "exp_avg_sq"].map((slot) => [
				optimizer.slots[slot],
				training.optimizer.slots[slot],
			]),
		];
		for (const [read, written] of pairs) {
			expect(Object.keys(read)).toEqual(Object.keys(written));
			for (const [name, t] of Object.entries(written)) {
				expect(read[name].shape).toEqual(t.shape);
				expect(await read[name].data()).toEqual(await t.data());
			}
		}
	});

	test("of another optimizer, slot by slot", async () => {
		const optimizer = optimizerState(rmsprop(), model.params);
		const slots = { ...optimizer.slots, square_avg: model.params };
		const bytes = await encodeCheckpoint(model, {
			training: { ...training, optimizer: { ...optimizer, slots } },
		});
		const read = loadModel(bytes).training?.optimizer;
		expect(read?.name).toBe("rmsprop");
		expect(Object.keys(read?.slots ?? {})).toEqual([
			"square_avg",
			"momentum_buffer",
		]);
		for (const [slot, tensors] of Object.entries(slots)) {
			for (const [name, t] of Object.entries(tensors)) {
				expect(await read?.slots[slot][name].data()).toEqual(await t.data());
			}
		}
	});

	test("training written before there was a choice of optimizer is Adam's", () => {
		const old = changed(({ metadata }) => {
			const json = JSON.parse(metadata.get("training") as string);
			delete json.optimizer;
			delete json.optimizerSlots;
			metadata.set("training", JSON.stringify(json));
		});
		const { name, step, slots } = (loadModel(old).training as TrainingState)
			.optimizer;
		expect([name, step]).toEqual(["adam", 7]);
		expect(Object.keys(slots)).toEqual(["exp_avg", "exp_avg_sq"]);
	});

	test("a model alone has no training", async () => {
		const alone = loadModel(await encodeCheckpoint(model));
		expect(alone.training).toBeUndefined();
		expect(alone.metadata).toEqual({});
	});

	test("names and layouts are PyTorch's", async () => {
		const { tensors, metadata } = decodeSafetensors(bytes, "x");
		expect(metadata.get("format")).toBe("pt");
		const shapes = Object.fromEntries(
			[...tensors].map(([name, t]) => [name, t.shape]),
		);
		expect(shapes).toMatchObject({
			"encoder.1.conv.0.weight": [4, 2, 3, 3],
			"decoder.0.up.weight": [4, 2, 2, 2],
			"encoder.1.norm.0.running_mean": [4],
			"encoder.1.norm.0.running_var": [4],
			"optimizer.exp_avg.head.weight": [2, 2, 1, 1],
			"optimizer.exp_avg_sq.head.bias": [2],
		});
		const hwio = await model.params["encoder.1.conv.0.weight"].data();
		const oihw = tensors.get("encoder.1.conv.0.weight")?.data as Float32Array;
		// out 3, in 1, row 2, column 0
		expect(oihw[((3 * 2 + 1) * 3 + 2) * 3]).toBe(
			hwio[((2 * 3 + 0) * 2 + 1) * 4 + 3],
		);
		const hwoi = await model.params["decoder.0.up.weight"].data();
		const iohw = tensors.get("decoder.0.up.weight")?.data as Float32Array;
		// in 3, out 1, row 1, column 0
		expect(iohw[((3 * 2 + 1) * 2 + 1) * 2]).toBe(
			hwoi[((1 * 2 + 0) * 2 + 1) * 4 + 3],
		);
	});
});

describe("refused", () => {
	test("writing a model with NaN", async () => {
		const broken = unet(config);
		const params = { ...broken.params, "head.bias": tensor([0, Number.NaN]) };
		const write = encodeCheckpoint({ ...broken, params });
		await expect(write).rejects.toThrow(NumericError);
		await expect(write).rejects.toThrow("head.bias has values that are NaN");
	});

	test("metadata under a name that is taken", async () => {
		const write = encodeCheckpoint(model, { metadata: { unet: "" } });
		await expect(write).rejects.toThrow("may not be called unet");
	});

	test.each<[string, () => Uint8Array, string]>([
		[
			"truncated",
			() => bytes.subarray(0, bytes.length - 5),
			"the file is truncated",
		],
		[
			"another program's",
			() => changed(({ metadata }) => metadata.delete("unet")),
			"the metadata has no field unet",
		],
		[
			"configuration not JSON",
			() => changed(({ metadata }) => metadata.set("unet", "{")),
			"the metadata's field unet is damaged",
		],
		[
			"configuration out of range",
			() =>
				changed(({ metadata }) =>
					metadata.set("unet", '{"inChannels":1,"classes":2,"depth":99}'),
				),
			"field unet is damaged (unet: depth is 99; it must be a whole number from 0 to 8)",
		],
		[
			"configuration of a huge network",
			() =>
				changed(({ metadata }) =>
					metadata.set(
						"unet",
						'{"inChannels":1,"classes":2,"base":4096,"depth":0}',
					),
				),
			"tensor encoder.0.conv.0.weight is [2,1,3,3] but the architecture needs [4096,1,3,3]",
		],
		[
			"training damaged",
			() => changed(({ metadata }) => metadata.set("training", '{"epoch":-1}')),
			"the metadata's field training is damaged",
		],
		[
			"tensor missing",
			() =>
				changed(({ tensors }) =>
					tensors.delete("decoder.0.norm.0.running_var"),
				),
			"tensor decoder.0.norm.0.running_var [2] is missing",
		],
		[
			"optimizer's tensor missing",
			() =>
				changed(({ tensors }) => tensors.delete("optimizer.exp_avg.head.bias")),
			"tensor optimizer.exp_avg.head.bias [2] is missing",
		],
		[
			"tensor of another shape",
			() =>
				changed(({ tensors }) =>
					tensors.set("head.bias", { shape: [3], data: new Float32Array(3) }),
				),
			"tensor head.bias is [3] but the architecture needs [2]",
		],
		[
			"tensor too many",
			() =>
				changed(({ tensors }) =>
					tensors.set("extra", { shape: [], data: new Float32Array(1) }),
				),
			"tensor extra is not part of the architecture",
		],
	])("%s", (_, damaged, reason) => {
		const read = () => loadModel(damaged(), "last.safetensors");
		expect(read).toThrow(CheckpointError);
		expect(read).toThrow(reason);
		expect(read).toThrow(/^last\.safetensors: [^\n]*$/);
	});

	test("another architecture than the one asked for, by its first field", () => {
		const read = () =>
			loadModel(bytes, "x", { config: { ...config, base: 4 } });
		expect(read).toThrow(CheckpointError);
		expect(read).toThrow(
			"this checkpoint has encoder [2,4], but [4,8] is asked for",
		);
		expect(loadModel(bytes, "x", { config }).model.config).toEqual(
			model.config,
		);
	});
});

test("cut or changed bytes give a model or CheckpointError, nothing else", () => {
	const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat(header), fc.nat(255)), {
				minLength: 1,
				maxLength: 3,
			}),
			fc.option(fc.nat(bytes.length), { freq: 5 }),
			(changes, end) => {
				const damaged = bytes.slice(0, end ?? bytes.length);
				for (const [at, value] of changes) damaged[at] = value;
				try {
					loadModel(damaged);
				} catch (error) {
					expect(error).toBeInstanceOf(CheckpointError);
				}
			},
		),
		{ numRuns: 1000 },
	);
});
