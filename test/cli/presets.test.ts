import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type PresetName, presets } from "../../src/app/presets.ts";
import { availableDrivers } from "../../src/cli/node-gpu.ts";
import { readLog } from "../../src/cli/run-log.ts";
import { encodeNpy, parseNpy } from "../../src/data/npy.ts";
import { picturePng } from "../../src/data/picture.ts";
import { decodePng } from "../../src/data/png.ts";
import { cpuDevice } from "../../src/index.ts";
import { encoders } from "../../src/unet/encoders/index.ts";
import {
	encodeSafetensors,
	heNormal,
	loadModel,
} from "../../src/unet/index.ts";
import { BACKBONE } from "../../src/unet/parameters.ts";
import { absent } from "../gpu.ts";
import { folder, put, start, useBuiltCommand } from "./wgrad.ts";

useBuiltCommand();

const [SIDE, COUNT] = [48, 10];

/** Pictures with a bright disc and, beside it, a darker one, in arrays; each is a class of its own. */
function putDiscs(name: string, channels: number, classes: number): string {
	const pixels = COUNT * SIDE ** 2;
	const images = new Uint8Array(pixels * channels);
	const labels = new Uint8Array(pixels);
	for (let p = 0; p < pixels; p++) {
		const n = Math.floor(p / SIDE ** 2);
		const [y, x] = [Math.floor(p / SIDE) % SIDE, p % SIDE];
		const inside = (cy: number, cx: number) =>
			(y - cy) ** 2 + (x - cx) ** 2 < 64;
		const disc = inside(14 + n, 12 + n) ? 1 : inside(36 - n, 36 - n) ? 2 : 0;
		labels[p] = Math.min(disc, classes - 1);
		for (let c = 0; c < channels; c++) {
			const noise = ((p * 2654435761) >>> (8 + c)) & 31;
			images[p * channels + c] = 40 + 90 * disc + noise;
		}
	}
	put(`${name}/images.npy`, encodeNpy([COUNT, SIDE, SIDE, channels], images));
	put(`${name}/labels.npy`, encodeNpy([COUNT, SIDE, SIDE], labels));
	return join(folder, name);
}

/** What makes a preset small enough; all else is its own. */
const small: [string, PresetName, number, string[]][] = [
	["unet", "unet", 2, ["model.base=4", "model.depth=2"]],
	[
		"ochuman, picture",
		"ochuman",
		2,
		["model.encoder=[4,8,8,8]", "model.decoder=[4,8,8]", "learningRate=0.01"],
	],
	[
		"ochuman, mask",
		"ochuman",
		2,
		[
			"model.encoder=[4,8,8,8]",
			"model.decoder=[4,8,8]",
			"model.targets=[[0],[1]]",
			"learningRate=0.01",
		],
	],
	[
		"clothing",
		"clothing",
		59,
		["model.backbone=mobilenet-v2", "model.decoder=[4,8,8,8]"],
	],
	["voc-person", "voc-person", 2, ["model.base=4", "model.depth=2"]],
	[
		"voc-person, valid",
		"voc-person",
		2,
		["model.base=4", "model.depth=2", "model.padding=valid"],
	],
	["pets", "pets", 3, ["model.base=4", "model.depth=2"]],
	[
		"m2nist",
		"m2nist",
		11,
		["model.encoder=[8,8,8,8,8,8]", "model.decoder=[11,8,8,8,8]"],
	],
];

test("all presets are here", () => {
	const names = new Set(small.map(([, name]) => name));
	expect([...names].sort()).toEqual(Object.keys(presets).sort());
});

const driver = (await availableDrivers()).reverse().find(({ env }) => env);
if (!driver?.env) absent("WebGPU in Node", "no driver");

/** Runs a command that must succeed. */
async function run(...args: string[]) {
	const ended = await start([...args, "--runtime", "node"], driver?.env).ended;
	expect(ended.code, ended.stderr).toBe(0);
	return ended;
}

test.runIf(driver?.env).each(small)(
	"%s: trains, is measured, and segments",
	async (title, preset, classes, settings) => {
		const channels = presets[preset].model.inChannels;
		const name = title.replace(/\W+/g, "-");
		const data = putDiscs(`data-${name}`, channels, Math.min(classes, 3));
		const out = (...path: string[]) => join(folder, name, ...path);
		await run(
			...["train", "--preset", preset, "--data", data, "--out", name],
			...["--size", `${SIDE}x${SIDE}`, "--classes", `${classes}`],
			...["--batch", "2", "--epochs", "6", "--val", "2"],
			...settings.flatMap((s) => ["--set", s]),
		);
		const epochs = readLog(out()).filter((line) => line.type === "epoch");
		const losses = epochs.map(({ trainLoss }) => trainLoss);
		expect(losses).toHaveLength(6);
		expect(losses[5]).toBeLessThan(0.9 * losses[0]);
		expect(readdirSync(out("samples", "epoch-6"))).toHaveLength(2);
		expect(existsSync(out("report.html"))).toBe(true);

		const { stdout } = await run(
			...["eval", "--checkpoint", name, "--data", data, "--json"],
			...["--split", name, "--part", "valid"],
		);
		const { confusion, loss } = JSON.parse(stdout);
		const pixels = confusion.flat().reduce((a: number, b: number) => a + b, 0);
		expect(pixels).toBe(2 * SIDE ** 2);
		const best = epochs.findLast((line) => line.best);
		expect(loss).toBeCloseTo(best?.validLoss as number, 4);

		const sample = readdirSync(out("samples", "epoch-6"))[0];
		await run(
			...["predict", "--checkpoint", name, "--out", `${name}-masks`],
			...["--input", out("samples", "epoch-6", sample)],
			...["--write", "class,probabilities"],
		);
		const stem = join(folder, `${name}-masks`, sample.replace(/\.png$/, ""));
		const mask = decodePng(readFileSync(`${stem}.png`), "mask");
		const scores = parseNpy(
			readFileSync(`${stem}-probabilities.npy`),
			"scores",
		);
		expect(scores.shape).toEqual([mask.height, mask.width, classes]);
		// Probabilities, whose largest is the class.
		for (let p = 0; p < mask.height * mask.width; p += 97) {
			const row = [...scores.data.slice(p * classes, (p + 1) * classes)].map(
				Number,
			);
			expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
			expect(row.indexOf(Math.max(...row))).toBe(mask.samples[p]);
		}
		if (!settings.includes("model.padding=valid")) return;
		// Of an image of the net's size the tile is the whole, with what the net adds around it.
		put("plain/own.png", photograph(SIDE, SIDE));
		put("plain/large.png", photograph(2 * SIDE, SIDE + 20));
		const predicted = async (out: string, file: string, ...more: string[]) => {
			await run(
				...["predict", "--checkpoint", name, "--out", out, ...more],
				...["--input", `plain/${file}.png`, "--write", "probabilities"],
			);
			const path = join(folder, out, `${file}-probabilities.npy`);
			return parseNpy(readFileSync(path), file);
		};
		const whole = await predicted("by-whole", "own");
		const tiled = await predicted("by-tile", "own", "--tiles");
		expect(tiled.shape).toEqual(whole.shape);
		whole.data.forEach((v, i) => {
			expect(Math.abs(Number(v) - Number(tiled.data[i]))).toBeLessThan(1e-4);
		});
		const many = await predicted("by-tiles", "large", "--tiles");
		expect(many.shape).toEqual([2 * SIDE, SIDE + 20, 2]);
	},
	180_000,
);

/** A gray picture in colour: waves. */
function photograph(height: number, width: number): Uint8Array {
	const data = new Uint8Array(height * width * 3);
	for (let p = 0; p < height * width; p++) {
		const wave = Math.sin(p / width / 5) + Math.cos((p % width) / 7);
		data.fill(128 + 50 * wave, 3 * p, 3 * p + 3);
	}
	return picturePng({ height, width, channels: 3, data });
}

test.runIf(driver?.env)(
	"clothing: frozen and then fine-tuned, interrupted in both phases and resumed to the same bits",
	async () => {
		const data = putDiscs("data-phases", 3, 3);
		const encoder = encoders["mobilenet-v2"];
		const tensors = new Map(
			encoder.tensors.map(({ name, shape, init }, i) => {
				const [a = 1, b = 1, c = 1, d = 1] = [...shape].reverse();
				const drawn = heNormal([d, c, b, a], 1, i);
				const value = init === "ones" ? 1 : 0;
				const data = init === "heNormal" ? drawn : drawn.fill(value);
				return [name, { shape, data }] as const;
			}),
		);
		const weights = put(
			"encoder.safetensors",
			encodeSafetensors({ metadata: new Map(), tensors }),
		);
		const config = put(
			"phases.toml",
			`
preset = "clothing"
data = ${JSON.stringify(data)}
size = [${SIDE}, ${SIDE}]
classNames = ${JSON.stringify(Array.from({ length: 59 }, (_, i) => `c${i}`))}
encoderWeights = ${JSON.stringify(weights)}
batch = 1
runtime = "node"
[model]
backbone = "mobilenet-v2"
decoder = [4, 4, 4, 4]
[[phases]]
epochs = 2
frozen = true
[[phases]]
epochs = 2
learningRate = 0.0001
`,
		);
		const begin = (...args: string[]) => start(["train", ...args], driver?.env);
		const load = (name: string) => {
			const file = join(folder, name, "checkpoints", "last.safetensors");
			const bytes = readFileSync(file);
			const device = cpuDevice();
			return { bytes, ...loadModel(bytes, file, { device, encoders }) };
		};
		const interrupt = async (
			running: ReturnType<typeof begin>,
			epoch: number,
		) => {
			await running.said(new RegExp(`epoch ${epoch}/4: `));
			running.child.kill("SIGINT");
			expect((await running.ended).code).toBe(130);
			return load("cut");
		};

		const frozen = await interrupt(
			begin("--config", config, "--out", "cut"),
			1,
		);
		expect(frozen.training?.epoch).toBe(1);
		expect(frozen.training?.step).toBeGreaterThan(0);
		for (const { name, moment } of encoder.tensors) {
			if (moment) continue;
			const kept = await frozen.model.params[BACKBONE + name].data();
			expect(Float32Array.from(kept), name).toEqual(tensors.get(name)?.data);
		}
		const tuned = await interrupt(begin("--resume", "cut"), 3);
		expect(tuned.training?.epoch).toBe(3);
		const kernel = `${BACKBONE}Conv1/kernel`;
		expect(await tuned.model.params[kernel].data()).not.toEqual(
			await frozen.model.params[kernel].data(),
		);
		expect((await begin("--resume", "cut").ended).code).toBe(0);
		expect((await begin("--config", config, "--out", "whole").ended).code).toBe(
			0,
		);
		expect(load("cut").bytes.equals(load("whole").bytes)).toBe(true);

		const epochs = (run: string) =>
			readLog(join(folder, run)).flatMap((line) =>
				line.type === "epoch" ? [[line.epoch, line.trainLoss]] : [],
			);
		expect(epochs("cut").map(([epoch]) => epoch)).toEqual([1, 2, 3, 4]);
		expect(epochs("cut")).toEqual(epochs("whole"));
	},
	300_000,
);
