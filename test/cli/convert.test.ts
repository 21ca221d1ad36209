import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTfjsModel } from "../../src/cli/tfjs-model.ts";
import { sizeOf } from "../../src/engine/index.ts";
import { type EncoderName, encoders } from "../../src/unet/encoders/index.ts";
import {
	kerasWeights,
	normsAreMerged,
} from "../../src/unet/encoders/keras-weights.ts";
import { checkEncoderWeights } from "../../src/unet/encoders/weights.ts";
import { decodeSafetensors, type StoredTensor } from "../../src/unet/index.ts";
import { folder, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

/** A model of every way in which values are stored, in two files whose border lies within a tensor. */
function writeModel(): string {
	const bytes = new Uint8Array(2 * 4 + 4 + 2 * 2 + 2 + 2 * 2);
	const view = new DataView(bytes.buffer);
	view.setFloat32(0, 1.5, true);
	view.setFloat32(4, -2.25, true);
	view.setInt32(8, 7, true);
	view.setUint16(12, 0x3c00, true); // 1 in float16
	view.setUint16(14, 0xc500, true); // -5
	bytes.set([0, 200], 16);
	view.setUint16(18, 3, true);
	view.setUint16(20, 40_000, true);
	writeFileSync(join(folder, "a.bin"), bytes.subarray(0, 13));
	writeFileSync(join(folder, "b.bin"), bytes.subarray(13));
	const weights = [
		{ name: "f", shape: [2], dtype: "float32" },
		{ name: "shape", shape: [], dtype: "int32" },
		{
			...{ name: "half", shape: [1, 2], dtype: "float32" },
			quantization: { dtype: "float16", original_dtype: "float32" },
		},
		{
			...{ name: "byte", shape: [2], dtype: "float32" },
			quantization: { dtype: "uint8", scale: 0.5, min: -10 },
		},
		{
			...{ name: "short", shape: [2], dtype: "float32" },
			quantization: { dtype: "uint16", scale: 0.25, min: 1 },
		},
	];
	const path = join(folder, "model.json");
	const weightsManifest = [{ paths: ["a.bin", "b.bin"], weights }];
	writeFileSync(path, JSON.stringify({ weightsManifest }));
	return path;
}

test("wgrad convert writes the values of a TensorFlow.js model", async () => {
	const out = join(folder, "weights.safetensors");
	const { code, stderr } = await wgrad("convert", writeModel(), "--out", out);
	expect(stderr).toBe("");
	expect(code).toBe(0);
	const { tensors } = decodeSafetensors(readFileSync(out), out);
	expect(Object.fromEntries(tensors)).toEqual({
		f: { shape: [2], data: Float32Array.of(1.5, -2.25) },
		half: { shape: [1, 2], data: Float32Array.of(1, -5) },
		byte: { shape: [2], data: Float32Array.of(-10, 90) },
		short: { shape: [2], data: Float32Array.of(1.75, 10_001) },
	});
});

test("damaged models name the file", async () => {
	const path = writeModel();
	writeFileSync(join(folder, "b.bin"), new Uint8Array(2));
	expect(() => readTfjsModel(path)).toThrow(/b\.bin: ends within tensor half/);
	writeFileSync(path, '{"weightsManifest":[{"paths":[3],"weights":[]}]}');
	expect(() => readTfjsModel(path)).toThrow(
		/model\.json: is no TensorFlow\.js model \(weightsManifest\.0\.paths\.0: /,
	);
	const { code, stderr } = await wgrad("convert", path, "--out", "x");
	expect(stderr).toMatch(/^wgrad: .*model\.json: is no TensorFlow\.js model/);
	expect(code).toBe(3);
});

describe("an encoder within a larger model", () => {
	/** Each tensor filled with its place. */
	const filled = (name: EncoderName, rename: (key: string) => string) =>
		new Map<string, StoredTensor>(
			encoders[name].tensors.map(({ name: key, shape }, i) => [
				rename(key),
				{ shape, data: new Float32Array(sizeOf(shape)).fill(i) },
			]),
		);

	test.each(Object.keys(encoders) as EncoderName[])(
		"%s is found by Keras's names behind a prefix",
		(name) => {
			const found = kerasWeights(
				encoders[name],
				filled(name, (key) => `features/model/${key}`),
				"m",
			);
			expect(found).toEqual(filled(name, (key) => key));
		},
	);

	test("normalisations that an inference graph has merged add the offset only", () => {
		const { epsilon } = encoders["mobilenet-v2"];
		const merged = new Map<string, StoredTensor>();
		for (const [key, tensor] of filled("mobilenet-v2", (key) => key)) {
			const layer = key.slice(0, key.lastIndexOf("/"));
			const kind = layer.includes("depthwise") ? "depthwise" : "Conv2D";
			const convolution = layer.replace(/_BN$|_bn$/, "").replace(/^bn_/, "");
			if (key.endsWith("kernel")) {
				merged.set(`a/${layer}/${kind}_weights`, tensor);
			} else if (key.endsWith("/beta")) {
				merged.set(`a/${convolution}/${kind}_bn_offset`, tensor);
			}
		}
		const found = kerasWeights(encoders["mobilenet-v2"], merged, "m");
		checkEncoderWeights(encoders["mobilenet-v2"], found);
		expect(normsAreMerged(encoders["mobilenet-v2"], found)).toBe(true);
		const at = (key: string) => found.get(key)?.data[0];
		const all = filled("mobilenet-v2", (key) => key);
		expect(normsAreMerged(encoders["mobilenet-v2"], all)).toBe(false);
		for (const layer of ["bn_Conv1", "block_3_depthwise_BN", "Conv_1_bn"]) {
			expect(at(`${layer}/beta`)).toBe(all.get(`${layer}/beta`)?.data[0]);
			expect(at(`${layer}/gamma`)).toBe(1);
			expect(at(`${layer}/moving_mean`)).toBe(0);
			const variance = at(`${layer}/moving_variance`) as number;
			expect(variance + epsilon).toBeCloseTo(1, 6);
		}
		merged.delete("a/block_5_project/Conv2D_bn_offset");
		expect(() => kerasWeights(encoders["mobilenet-v2"], merged, "m")).toThrow(
			"m: no tensor block_5_project_BN/gamma",
		);
	});
});
