import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSettings } from "../../src/cli/settings.ts";
import { encodeNpy } from "../../src/data/npy.ts";
import { decodeSafetensors } from "../../src/unet/index.ts";
import {
	expectError,
	folder,
	put,
	putSquares,
	trainOn,
	useBuiltCommand,
	wgrad,
} from "./wgrad.ts";

useBuiltCommand();

const TOML = `
batch = 2
learningRate = 0.01
schedule = "constant"
[model]
base = 4
depth = 1
up = "bilinear"
[[phases]]
epochs = 1
[[phases]]
epochs = 2
learningRate = 0.001
`;

test("JSON and TOML say the same, and --set changes them", () => {
	const toml = put("same.toml", TOML);
	const settings = readSettings(toml);
	const json = put("same.json", JSON.stringify(settings));
	expect(readSettings(json)).toEqual(settings);
	expect(settings.phases).toEqual([
		{ epochs: 1, frozen: false },
		{ epochs: 2, frozen: false, learningRate: 0.001 },
	]);
	const changed = readSettings(toml, ["model.up=nearest", "batch=3"]);
	expect(changed.model).toEqual({ base: 4, depth: 1, up: "nearest" });
	expect(changed.batch).toBe(3);
});

test.each([
	['{"batch": 0}', [], /bad\.json: batch: .*0/],
	['{"epoch": 3}', [], /bad\.json: epoch is no setting; there are preset, /],
	['{"phases": [{"epochs": 1.5}]}', [], /phases\.0\.epochs: /],
	['{"model": {"classes": 1}}', [], /bad\.json: model\.classes: .*1/],
	['{"seed": -1}', [], /bad\.json: seed: .*-1/],
	['{"augment": {"steps": [{"name": "spin"}]}}', [], /bad\.json: augment.*/],
	['{"augment": "spin"}', [], /spin: unknown augmentation/],
	['{"split": {"vall": 2}}', [], /bad\.json: split\.vall /],
	['{"size": [64]}', [], /bad\.json: size\.1: /],
	["{", [], /bad\.json: no JSON: /],
	["{}", ["model"], /--set is "model"; give a setting as A\.B=C/],
	["{}", ["optimizer=sgd"], /--set: optimizer: .*sgd/],
	[
		'{"batch": 1}',
		["batch.size=2"],
		/--set batch\.size=2: batch has no fields/,
	],
])("%s with %j names the field", (text, assignments, message) => {
	const file = put("bad.json", text);
	expect(() => readSettings(file, assignments)).toThrow(message);
});

test("a field of the model is checked before any browser starts", () =>
	expectError(
		trainOn(putSquares("squares", 5), "--set", "model.up=cubic"),
		2,
		'up is "cubic"; it must be transposed or nearest or bilinear',
	));

test("epochs that are not those of the phases are refused", () =>
	expectError(
		trainOn(
			putSquares("sums", 5),
			"--set",
			"epochs=3",
			"--set",
			'phases=[{"epochs":2}]',
		),
		2,
		"epochs is 3, but those of the phases are 2 together; leave epochs out",
	));

test("a file says the whole of a run, and a run's config.json the same run again", async () => {
	const data = putSquares("everything", 8);
	const toml = `
data = ${JSON.stringify(data)}
size = [16, 24]
classNames = ["ground", "square"]
runtime = "node"
device = "cpu"
seed = 3
batch = 2
epochs = 2
average = 0.9
augment = "flips,brightness=0.1"
sampling = "balanced"
model.base = 2
model.depth = 1
[split]
val = 2
pick = "head"
`;
	const run = async (file: string, out: string) => {
		const { code, stderr } = await wgrad(
			"train",
			"--config",
			file,
			"--out",
			out,
		);
		expect(code, stderr).toBe(0);
		const path = (name: string) => join(folder, out, name);
		const { command, ...config } = JSON.parse(
			readFileSync(path("config.json"), "utf8"),
		);
		const split = JSON.parse(readFileSync(path("split.json"), "utf8"));
		const last = readFileSync(path("checkpoints/last.safetensors"));
		const { tensors } = decodeSafetensors(last, out);
		return { config, split, tensors };
	};
	const first = await run(put("run.toml", toml), "first");
	expect(first.config).toMatchObject({
		...{ seed: 3, batch: 2, size: [16, 24], average: 0.9 },
		classNames: ["ground", "square"],
		augment: { steps: [{}, {}, { range: [-0.1, 0.1] }] },
	});
	expect(first.split.valid).toHaveLength(2);
	const again = await run(join(folder, "first", "config.json"), "again");
	expect(again.config).toEqual(first.config);
	expect(again.split).toEqual(first.split);
	expect(again.tensors).toEqual(first.tensors);
});

test("phases follow each other with their own rates, and epochs count on", async () => {
	const { code, stderr } = await wgrad(
		...trainOn(putSquares("phased", 5)),
		...["--config", put("phased.toml", TOML)],
		...["--runtime", "node", "--device", "cpu"],
	);
	expect(code, stderr).toBe(0);
	const run = join(folder, "run");
	const lines = readFileSync(join(run, "log.jsonl"), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const rates = new Map(
		lines
			.filter(({ type }) => type === "step")
			.map(({ epoch, learningRate }) => [epoch, learningRate]),
	);
	expect([...rates]).toEqual([
		[1, 0.01],
		[2, 0.001],
		[3, 0.001],
	]);
	const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
	expect(config).toMatchObject({
		epochs: 3,
		batch: 2,
		model: { encoder: [4, 8], up: "bilinear" },
	});
});

test("a preset brings its size, division, order and changes; options win", async () => {
	const size = [10, 16, 16];
	const images = Uint8Array.from({ length: 2560 }, (_, i) => (i % 16) * 16);
	const labels = images.map((v) => (v < 128 ? 0 : 1));
	put("whole/combined.npy", encodeNpy([...size, 1], images));
	put("whole/segmented.npy", encodeNpy(size, labels));
	const short = ["--epochs", "1", "--runtime", "node", "--device", "cpu"];
	const run = async (out: string, ...more: string[]) => {
		const { code, stderr } = await wgrad(
			...["train", "--data", join(folder, "whole")],
			...["--out", join(folder, out), ...short, ...more],
		);
		expect(code, stderr).toBe(0);
		const read = (file: string) =>
			JSON.parse(readFileSync(join(folder, out, file), "utf8"));
		return { config: read("config.json"), split: read("split.json") };
	};
	const small = ["--set", "model.encoder=[2,2,2,2,2,2]", "--batch", "5"];
	const narrow = ["--set", "model.decoder=[2,2,2,2,2]"];
	const m2nist = await run("m2nist", "--preset", "m2nist", ...small, ...narrow);
	expect(m2nist.config).toMatchObject({
		size: [64, 84],
		sampling: "replacement",
		optimizer: "adadelta",
	});
	expect(m2nist.split.valid).toEqual(["combined[9]"]);
	const own = await run(
		...(["own", "--preset", "m2nist", ...small, ...narrow] as const),
		...["--size", "32x32", "--sampling", "shuffle", "--val", "2"],
	);
	expect(own.config).toMatchObject({ size: [32, 32], sampling: "shuffle" });
	expect(own.split.valid).toHaveLength(2);
});
