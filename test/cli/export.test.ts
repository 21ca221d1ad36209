import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { cpuDevice } from "../../src/index.ts";
import { encodeCheckpoint, unet } from "../../src/unet/index.ts";
import { readOnnx } from "../onnx/read-onnx.ts";
import { folder, put, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const preparation = {
	size: [16, 24],
	scale: 1 / 255,
	classNames: ["background", "cat"],
	ignore: [],
};

beforeAll(async () => {
	const config = { inChannels: 3, classes: 2, base: 2, depth: 1 };
	const model = unet(config, { device: cpuDevice() });
	const metadata = { wgrad: JSON.stringify(preparation) };
	const bytes = await encodeCheckpoint(model, { metadata });
	put("run/checkpoints/best.safetensors", bytes);
});

test("says what the file takes and gives, and writes it at once", async () => {
	const { code, stdout, stderr } = await wgrad(
		"export",
		"run",
		"--out",
		"a.onnx",
	);
	expect(stderr).toBe("");
	expect(stdout).toMatch(/^a\.onnx: 0\.01 MiB\n/);
	expect(stdout).toContain(
		"  image          float32 [batch, 3, 16, 24], values divided by 255\n",
	);
	expect(stdout).toContain(
		"  probabilities  float32 [batch, 2, 16, 24], background, cat\n",
	);
	expect(code).toBe(0);
	expect(readdirSync(folder).filter((n) => n.includes("onnx"))).toEqual([
		"a.onnx",
	]);
	const { metadataProps } = readOnnx(readFileSync(join(folder, "a.onnx")));
	const found = Object.fromEntries(
		metadataProps.map(({ key, value }) => [key, JSON.parse(value)]),
	);
	expect(found).toMatchObject({ wgrad: preparation, unet: { classes: 2 } });
});

test("takes another size and a file", async () => {
	const file = "run/checkpoints/best.safetensors";
	const { code, stdout } = await wgrad(
		...["export", file, "--out", "b.onnx", "--size", "20x33"],
	);
	expect(stdout).toContain("[batch, 3, 20, 33]");
	expect(code).toBe(0);
});

test("mistakes are one sentence each", async () => {
	const run = join(folder, "run");
	put("nothing.safetensors", "nothing");
	const expectOne = async (args: string[], code: number, text: string) => {
		const ended = await wgrad("export", ...args);
		expect(ended.stderr).toContain(text);
		expect(ended.stderr.trim().split("\n")).toHaveLength(1);
		expect(ended.stdout).toBe("");
		expect(ended.code).toBe(code);
	};
	await expectOne(
		["--out", "c.onnx"],
		2,
		"give a run folder or a .safetensors",
	);
	await expectOne([run], 2, "--out is missing");
	await expectOne([run, "--out", run], 2, "give a name that ends in .onnx");
	await expectOne([run, "--ot", "c.onnx"], 2, "did you mean --out?");
	await expectOne([run, "--out", "c.onnx", "--size", "0x9"], 2, "--size is");
	await expectOne(["gone", "--out", "c.onnx"], 3, "gone: ");
	await expectOne(
		["nothing.safetensors", "--out", "c.onnx"],
		3,
		"nothing.safetensors: ",
	);
	await expectOne([run, "--out", "gone/c.onnx"], 3, "gone/c.onnx: cannot be");
});
