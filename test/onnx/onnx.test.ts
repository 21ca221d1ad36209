import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/data/image.ts";
import { parseNpy } from "../../src/data/npy.ts";
import { cpuDevice, full, tensor } from "../../src/index.ts";
import {
	ConfigError,
	decodeSafetensors,
	encodeCheckpoint,
	NumericError,
	predict,
	toOnnx,
} from "../../src/unet/index.ts";
import { folder, putSquares, useBuiltCommand, wgrad } from "../cli/wgrad.ts";
import { uniformNumbers } from "../rows.ts";
import { NETS, randomNet } from "./nets.ts";
import { readOnnx } from "./read-onnx.ts";
import { onnxRuntime, type Pixels } from "./runtime.ts";

const device = cpuDevice();
const run = await onnxRuntime();
const N = 2;

const largest = (
	values: ArrayLike<number>,
	f: (v: number, i: number) => number,
) => Array.from(values, f).reduce((most, v) => Math.max(most, v), 0);

describe.runIf(run)("ONNX Runtime computes what wgrad predicts", () => {
	const operators = new Set<string>();

	for (const [name, [options, [height, width]]] of Object.entries(NETS)) {
		test(`${name}, ${height}x${width}`, async () => {
			if (!run) return;
			const net = randomNet(options, device);
			const { inChannels, classes } = net.config;
			const file = await toOnnx(net, { height, width });
			const random = uniformNumbers(2);
			const shape: Pixels["shape"] = [N, height, width, inChannels];
			const length = shape.reduce((a, b) => a * b);
			const data = Float32Array.from({ length }, random);
			const { takes, gives, y } = await run(file, { data, shape });

			const type = "float32";
			const size = [height, width];
			expect([takes, gives]).toMatchObject([
				{ name: "image", type, shape: ["batch", inChannels, ...size] },
				{ name: "probabilities", type, shape: ["batch", classes, ...size] },
			]);
			const own = await predict(net, tensor(data, shape, { device })).data();
			expect(y.shape).toEqual([N, ...size, classes]);
			const difference = largest(own, (v, i) => Math.abs(v - y.data[i]));
			console.log(`${name}: ${difference.toExponential(1)}`);
			expect(difference).toBeLessThan(1e-4);
			// Nothing would be proved by classes that are certain, or the same everywhere.
			const sure = own.filter((v) => v > 0.999).length / (own.length / classes);
			expect(sure).toBeLessThan(0.5);
			expect(largest(own, (v) => Math.abs(v - own[0]))).toBeGreaterThan(0.01);
			for (const node of readOnnx(file).graph.node) operators.add(node.opType);
		});
	}

	test("every operator that can be written has been run", () => {
		expect([...operators].sort()).toEqual([
			...["Add", "AveragePool", "BatchNormalization", "Clip", "Concat"],
			...["Conv", "ConvTranspose", "LeakyRelu", "MaxPool", "Mul", "Pad"],
			...["Reciprocal", "ReduceMean", "Relu", "Reshape", "Resize", "Slice"],
			...["Softmax", "Sqrt", "Sub"],
		]);
	});

	describe("of the command", () => {
		useBuiltCommand();

		test("what a run has learnt", async () => {
			if (!run) return;
			const data = putSquares("data", 6);
			const cpu = ["--device", "cpu"];
			const net = ["--base", "4", "--depth", "1", "--epochs", "3"];
			await wgrad("train", "--data", data, "--out", "run", ...net, ...cpu);
			await wgrad("export", "run", "--out", "run.onnx");
			const input = join(data, "images", "1.png");
			await wgrad(
				...["predict", "--checkpoint", "run", "--input", input, ...cpu],
				...["--write", "probabilities", "--out", "out"],
			);
			const file = (name: string) => readFileSync(join(folder, name));
			const image = decodeImage(readFileSync(input), input, () => {});
			const { y } = await run(file("run.onnx"), {
				shape: [1, image.height, image.width, image.channels],
				data: Float32Array.from(image.data, (v) => v / 255),
			});
			const own = parseNpy(file("out/1-probabilities.npy"), "own");
			expect(own.shape).toEqual(y.shape.slice(1));
			const values = own.data as Float32Array;
			const difference = largest(values, (v, i) => Math.abs(v - y.data[i]));
			console.log(`a run: ${difference.toExponential(1)}`);
			expect(difference).toBeLessThan(1e-4);
			expect(largest(values, (v) => Math.abs(v - values[0]))).toBeGreaterThan(
				0.01,
			);
		});
	});
});

describe("toOnnx", () => {
	const [options] = NETS["nearest upsampling"];
	const net = randomNet(options, device);
	const size = { height: 8, width: 8 };

	test("names and shapes parameters as checkpoints do, and keeps metadata", async () => {
		const metadata = { classes: "a,b,c" };
		const file = readOnnx(await toOnnx(net, { ...size, metadata }));
		const { graph, metadataProps, ...head } = file;
		expect(head).toEqual({
			irVersion: 8,
			producerName: "wgrad",
			opsetImport: [{ version: 15 }],
		});
		expect(metadataProps).toEqual([
			{ key: "unet", value: JSON.stringify(net.config) },
			{ key: "classes", value: "a,b,c" },
		]);
		const stored = decodeSafetensors(await encodeCheckpoint(net), "net");
		const found = new Map(
			graph.initializer.map(({ name, dims }) => [name, dims]),
		);
		for (const [name, { shape }] of stored.tensors) {
			expect([name, found.get(name)]).toEqual([name, shape]);
		}
	});

	test("rejects sizes, names and values that cannot be", async () => {
		await expect(toOnnx(net, { ...size, width: 1.5 })).rejects.toThrow(
			new ConfigError("toOnnx: width is 1.5 but must be a positive integer"),
		);
		await expect(
			toOnnx(net, { ...size, metadata: { unet: "" } }),
		).rejects.toThrow(ConfigError);
		const broken = full(net.params["head.bias"].shape, Number.NaN, { device });
		const params = { ...net.params, "head.bias": broken };
		await expect(toOnnx({ ...net, params }, size)).rejects.toThrow(
			NumericError,
		);
	});
});
