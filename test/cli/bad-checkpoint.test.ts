import { describe, expect, test } from "vitest";
import { indexPng } from "../../src/data/picture.ts";
import { cpuDevice } from "../../src/index.ts";
import { encodeCheckpoint, unet } from "../../src/unet/index.ts";
import { expectError, put, putArrays, useBuiltCommand } from "./wgrad.ts";

useBuiltCommand();

describe("checkpoints (exit code 3)", () => {
	const evaluate = (checkpoint: string, data = "nowhere") => [
		...["eval", "--checkpoint", checkpoint, "--data", data],
	];
	const encode = (wgrad: object, inChannels = 1) => {
		const config = { inChannels, classes: 2, base: 2, depth: 1 };
		const model = unet(config, { device: cpuDevice() });
		const metadata = { wgrad: JSON.stringify(wgrad) };
		return encodeCheckpoint(model, { metadata });
	};
	const usable = { size: [16, 16], classNames: ["0", "1"], ignore: [] };

	test("missing", () =>
		expectError(evaluate("gone.safetensors"), 3, "gone.safetensors: "));

	test("truncated", async () => {
		const bytes = await encode(usable);
		put("cut.safetensors", bytes.slice(0, bytes.length - 100));
		await expectError(evaluate("cut.safetensors"), 3, "cut.safetensors: ");
	});

	test("with overlapping tensors", async () => {
		const text = Buffer.from(await encode(usable)).toString("latin1");
		const overlapping = text.replace(
			/("head\.bias":\{"dtype":"F32","shape":\[2\],"data_offsets":)\[\d+,\d+\]/,
			(whole, start) => `${start}[0,8]`.padEnd(whole.length),
		);
		expect(overlapping).not.toBe(text);
		put("overlap.safetensors", Buffer.from(overlapping, "latin1"));
		await expectError(evaluate("overlap.safetensors"), 3, / overlap$/m);
	});

	test("of another architecture", async () => {
		const text = Buffer.from(await encode(usable)).toString("latin1");
		put(
			"other.safetensors",
			Buffer.from(
				text.replace('\\"encoder\\":[2,4]', '\\"encoder\\":[4,4]'),
				"latin1",
			),
		);
		await expectError(
			evaluate("other.safetensors"),
			3,
			/other\.safetensors: .*encoder\.0\.conv\.0\.weight/,
		);
	});

	test("of another program", async () => {
		put("foreign.safetensors", await encode({ size: "large" }));
		await expectError(
			evaluate("foreign.safetensors"),
			3,
			"does not say how images are prepared",
		);
	});

	test("for other data", async () => {
		put("four.safetensors", await encode(usable, 4));
		const data = putArrays("two-channels", [3, 16, 16, 2]);
		await expectError(
			evaluate("four.safetensors", data),
			3,
			"has 2 channels and 2 classes but the checkpoint takes 4 and 2",
		);
	});

	describe("predict", () => {
		const predict = (...input: string[]) => [
			...["predict", "--checkpoint", "p.safetensors", "--out", "run"],
			...["--input", ...input],
		];
		test("missing input, input that is no image", async () => {
			put("p.safetensors", await encode(usable));
			await expectError(predict("gone.png"), 3, "gone.png: does not exist");
			put("text.png", "hello");
			await expectError(predict("text.png"), 3, "text.png: is no PNG");
		});

		test("never overwrites", async () => {
			const gray = indexPng(new Uint8Array(64), 8, 8);
			put("in/a.png", gray);
			put("in2/a.png", gray);
			const args = ["predict", "--checkpoint", "p.safetensors"];
			await expectError(
				[...args, "--input", "in", "--out", "in"],
				2,
				"--out in: holds a.png already",
			);
			await expectError(
				predict("in", "in2"),
				2,
				/in.a\.png and in2.a\.png would both become a\.png/,
			);
		});
	});
});
