import { describe, expect, test } from "vitest";
import { cpuDevice, tensor } from "../../src/index.ts";
import { predict, toOnnx } from "../../src/unet/index.ts";
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
});
