import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/data/image.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { indexPng } from "../../src/data/picture.ts";
import { cpuDevice } from "../../src/index.ts";
import { loadModel } from "../../src/unet/index.ts";
import { folder, put, putSquares, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const NET = ["--base", "2", "--depth", "1", "--convs", "1"];

test("digits: written, trained on in Chrome, evaluated", async () => {
	const written = await wgrad(
		...["data", "digits", "--out", "digits-set", "--train", "24", "--val", "8"],
	);
	expect(written.stderr).toBe("");
	expect(written.code).toBe(0);

	const trained = await wgrad(
		...["train", "--data", "digits-set", "--out", "run", ...NET],
		...["--epochs", "2", "--batch", "4", "--json"],
	);
	expect(trained.stderr).toMatch(/Browser: .*Chrome/);
	expect(trained.stderr).toMatch(/Adapter: \w+/);
	expect(trained.stderr).toMatch(/epoch 2\/2: training loss \d/);
	// No bar and no colour where nobody looks.
	expect(trained.stderr).not.toContain("\x1b");
	expect(trained.code).toBe(0);
	const result = JSON.parse(trained.stdout);
	expect(result).toMatchObject({ run: "run", stopped: false });
	expect(Object.keys(result.best.iou)).toHaveLength(11);

	const run = join(folder, "run");
	const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
	expect(config).toMatchObject({
		...{ size: [64, 84], batch: 4, epochs: 2, runtime: "chrome" },
		...{ model: { classes: 11, encoder: [2, 4] }, data: "digits-set" },
	});
	const split = JSON.parse(readFileSync(join(run, "split.json"), "utf8"));
	expect(split.train).toHaveLength(19);
	expect(split.valid).toHaveLength(5);
	const log = readFileSync(join(run, "log.jsonl"), "utf8").trim().split("\n");
	const events = log.map((line) => JSON.parse(line));
	const epochs = events.filter(({ type }) => type === "epoch");
	expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
	// The last step of an epoch is told even where steps are faster than events.
	const steps = events.filter(
		({ type, step }) => type === "step" && step === 4,
	);
	expect(steps).toHaveLength(2);
	const table = readFileSync(join(run, "log.csv"), "utf8").trim().split("\n");
	expect(table).toHaveLength(3);
	for (const row of table) expect(row.split(",")).toHaveLength(6 + 11);

	for (const name of ["last", "best"]) {
		const file = join(run, "checkpoints", `${name}.safetensors`);
		const { model } = loadModel(readFileSync(file), name, {
			device: cpuDevice(),
		});
		expect(model.config.classes).toBe(11);
	}
	expect(result.panels).toHaveLength(4);
	const panel = decodeImage(
		readFileSync(join(folder, result.panels[0])),
		"panel.png",
		() => {},
	);
	expect(panel.width).toBeGreaterThan(3 * 84);
	expect(readdirSync(join(run, "samples"))).toEqual(["epoch-1", "epoch-2"]);
	expect(leftovers(run)).toEqual([]);

	// The checkpoint gives the same numbers on the validation images as the training did.
	const evaluated = await wgrad(
		...["eval", "--checkpoint", "run", "--data", "digits-set", "--json"],
	);
	expect(evaluated.code).toBe(0);
	const scores = JSON.parse(evaluated.stdout);
	expect(scores.confusion).toHaveLength(11);
	expect(scores.images).toBe(24);
	const pixels = scores.confusion
		.flat()
		.reduce((a: number, b: number) => a + b);
	expect(pixels).toBe(24 * 64 * 84);
});

test("learns where a bright square is, and predicts files at their own size", async () => {
	const data = putSquares("squares", 8, { value: 255 });
	const trained = await wgrad(
		...["train", "--data", data, "--out", "square-run", "--map", "255=1"],
		...["--classes", "ground,square", "--base", "4", "--depth", "2"],
		...["--epochs", "12", "--batch", "2", "--lr", "0.01"],
	);
	expect(trained.stderr).toContain("Adapter");
	expect(trained.stdout).toMatch(/square +[01]\.\d{3} +98/);
	expect(trained.stdout).toMatch(/mIoU 0\.[89]\d\d|mIoU 1\.000/);
	expect(trained.code).toBe(0);

	const evaluated = await wgrad(
		...["eval", "--checkpoint", "square-run/checkpoints/last.safetensors"],
		...["--data", data],
	);
	expect(evaluated.stdout).toMatch(/^class +IoU +pixels\nground/);
	expect(evaluated.code).toBe(0);

	// Three files of three sizes, one of them in colour.
	const sizes = { small: [16, 20], large: [48, 60], odd: [33, 41] } as const;
	for (const [name, [height, width]] of Object.entries(sizes)) {
		put(`inputs/${name}.png`, brightSquare(height, width));
	}
	const predicted = await wgrad(
		...["predict", "--checkpoint", "square-run", "--out", "predicted"],
		...["--input", "inputs/small.png", "inputs/large.png", "inputs/odd.png"],
		"--json",
	);
	expect(predicted.code).toBe(0);
	expect(JSON.parse(predicted.stdout).written).toHaveLength(3);
	for (const [name, [height, width]] of Object.entries(sizes)) {
		const read = (suffix: string) =>
			readFileSync(join(folder, "predicted", `${name}${suffix}.png`));
		const ids = decodeMask(read(""), name, () => {});
		expect(ids).toMatchObject({ height, width });
		const wanted = insideSquare(height, width);
		const wrong = wanted.filter((id, i) => id !== ids.values[i]).length;
		expect(wrong / wanted.length).toBeLessThan(0.1);
		// The palette's indices are the class numbers too.
		expect(decodeMask(read("-palette"), name, () => {}).values).toEqual(
			ids.values,
		);
		const over = decodeImage(read("-overlay"), name, () => {});
		expect(over).toMatchObject({ height, width, channels: 3 });
	}
	expect(leftovers(join(folder, "predicted"))).toEqual([]);
});

test("runs without --out get folders of their own", async () => {
	const data = putSquares("numbered", 4);
	for (const n of [1, 2]) {
		const { code, stdout } = await wgrad(
			...["train", "--data", data, ...NET, "--epochs", "1", "--device", "cpu"],
		);
		expect(stdout).toContain(join("runs", `numbered-${n}`));
		expect(code).toBe(0);
	}
	expect(existsSync(join(folder, "runs", "numbered-2", "log.csv"))).toBe(true);
});

function leftovers(path: string): string[] {
	const files = readdirSync(path, { recursive: true, encoding: "utf8" });
	return files.filter((name) => name.endsWith(".tmp"));
}

/** 1 in a square of the same place and share as those trained on. */
function insideSquare(height: number, width: number): Uint8Array {
	const mask = new Uint8Array(height * width);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const [v, u] = [((y + 0.5) * 16) / height, ((x + 0.5) * 20) / width];
			if (v > 3 && v < 10 && u > 5 && u < 12) mask[y * width + x] = 1;
		}
	}
	return mask;
}

function brightSquare(height: number, width: number): Uint8Array {
	const inside = insideSquare(height, width);
	const gray = inside.map((value) => (value ? 200 : 40));
	return indexPng(gray, height, width);
}
