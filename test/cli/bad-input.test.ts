import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeNpy } from "../../src/data/npy.ts";
import { indexPng } from "../../src/data/picture.ts";
import { cpuDevice } from "../../src/index.ts";
import { encodeCheckpoint, unet } from "../../src/unet/index.ts";
import {
	folder,
	put,
	putArrays,
	putSquares,
	useBuiltCommand,
	wgradWithoutBrowser,
} from "./wgrad.ts";

useBuiltCommand();

/** Runs the command and expects one sentence on stderr, nothing on stdout, no stack, and no run folder left. */
async function expectError(
	args: readonly string[],
	code: number,
	...texts: (string | RegExp)[]
): Promise<void> {
	const ended = await wgradWithoutBrowser(...args);
	for (const text of texts) expect(ended.stderr).toMatch(text);
	expect(ended.stderr).not.toMatch(/\n\s+at /);
	expect(ended.stdout).toBe("");
	expect(ended.code).toBe(code);
	expect(existsSync(join(folder, "run"))).toBe(false);
}

const train = (data: string, ...more: string[]) => [
	"train",
	"--data",
	data,
	"--out",
	"run",
	...more,
];

describe("options (exit code 2)", () => {
	test("unknown command, with the nearest one", () =>
		expectError(["trian"], 2, "unknown command trian; did you mean train?"));

	test("unknown option, with the nearest one", () =>
		expectError(
			train("digits", "--epoch", "3"),
			2,
			"unknown option --epoch; did you mean --epochs?",
		));

	test("unexpected argument", () =>
		expectError(train("digits", "more"), 2, "unexpected argument"));

	test("missing required option", () =>
		expectError(["train"], 2, "--data is missing; give a folder, or digits"));

	test("option without its value", () =>
		expectError(["train", "--data"], 2, "--data lacks its value"));

	test.each([
		["lr", "0"],
		["lr", "-1"],
		["lr", "NaN"],
		["lr", "fast"],
		["batch", "0"],
		["batch", "2.5"],
		["epochs", "0"],
		["base", "0"],
		["depth", "-1"],
		["val", "1"],
		["size", "64"],
		["size", "0x64"],
		["classes", "1"],
		["classes", "cat,cat"],
		["map", "255:1"],
		["ignore", "void"],
		["class-weights", "1,-1"],
		["seed", "-3"],
		["schedule", "steps"],
		["device", "gpu"],
	])("--%s %s", (name, value) =>
		expectError(
			train("digits", `--${name}`, value),
			2,
			`--${name} is "${value}"; give `,
		),
	);

	test("more images per batch than there are", async () => {
		const data = putSquares("few", 4);
		await expectError(
			train(data, "--batch", "9"),
			2,
			"--batch is 9 but there are only 3 training images",
		);
	});

	test("weights that do not fit the classes", async () => {
		const data = putSquares("weights", 4);
		await expectError(
			train(data, "--class-weights", "1,2,3"),
			2,
			"--class-weights gives 3 numbers for 2 classes",
		);
	});

	test("a run folder that is not empty keeps its files", async () => {
		put("used/notes.txt", "mine");
		await expectError(
			["train", "--data", "digits", "--out", "used"],
			2,
			"--out used: is not empty",
		);
		expect(readdirSync(join(folder, "used"))).toEqual(["notes.txt"]);
	});

	test("a run folder that cannot be made, before the data is read", async () => {
		put("file", "");
		await expectError(
			["train", "--data", "nowhere", "--out", "file/run"],
			2,
			/--out file.run: lies under a file; choose another folder/,
		);
	});

	test("the CPU in Chrome", () =>
		expectError(
			train("digits", "--device", "cpu", "--runtime", "chrome"),
			2,
			"--device cpu runs in Node",
		));
});

describe("data (exit code 3)", () => {
	test("missing folder", () =>
		expectError(train("nowhere"), 3, "nowhere: does not exist"));

	test("empty folder", async () => {
		put("empty/.keep", "");
		await expectError(train("empty"), 3, "empty: is empty");
	});

	test("image without mask and mask without image, both named", async () => {
		const data = putSquares("orphans", 3);
		const gray = indexPng(new Uint8Array(320), 16, 20);
		put("orphans/images/lonely.png", gray);
		put("orphans/masks/left.png", gray);
		await expectError(train(data), 3, "lonely", "left", "--allow-orphans");
	});

	test("image and mask of different sizes", async () => {
		const data = putSquares("sizes", 2);
		put("sizes/masks/1.png", indexPng(new Uint8Array(16 * 16), 16, 16));
		await expectError(train(data), 3, /masks.1\.png: is 16x16/, "16x20");
	});

	test("mask values outside the classes, with counts and the fix", async () => {
		const data = putSquares("values", 2, { value: 255 });
		await expectError(
			train(data, "--classes", "2"),
			3,
			/masks.0\.png: value 255 at 49 pixels is outside the 2 classes; use --map 255=1 or --ignore 255/,
		);
	});

	test("a single class", async () => {
		const data = putSquares("single", 2, { value: 0 });
		await expectError(train(data), 3, "a single class");
	});

	test("zero-byte and truncated images", async () => {
		const data = putSquares("broken", 3);
		put("broken/images/1.png", "");
		await expectError(train(data), 3, /images.1\.png: is empty \(0 bytes\)/);
		const whole = indexPng(new Uint8Array(320), 16, 20);
		put("broken/images/1.png", whole.slice(0, 45));
		await expectError(train(data), 3, /images.1\.png: .*truncated/);
		put("broken/images/1.png", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16));
		await expectError(train(data), 3, /images.1\.png: /);
	});

	test(".npy of objects", async () => {
		const data = putArrays("objects", [3, 8, 8]);
		const header = "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }";
		put("objects/labels.npy", npy(header, 24));
		await expectError(train(data), 3, "labels.npy: ", "object");
	});

	test(".npy with a lying shape", async () => {
		const data = putArrays("lying", [3, 8, 8]);
		const header =
			"{'descr': '|u1', 'fortran_order': False, 'shape': (9, 8, 8), }";
		put("lying/images.npy", npy(header, 3 * 8 * 8));
		await expectError(train(data), 3, "images.npy: ");
	});

	test("labels of another shape than the images", async () => {
		const data = putArrays("shapes", [3, 8, 8]);
		put("shapes/labels.npy", encodeNpy([2, 8, 8], new Uint8Array(128)));
		await expectError(train(data), 3, "labels.npy: has shape (2, 8, 8)");
	});

	test("images of several sizes name --size", async () => {
		const data = putSquares("mixed", 2);
		for (const part of ["images", "masks"]) {
			put(`mixed/${part}/9.png`, indexPng(new Uint8Array(64), 8, 8));
		}
		await expectError(train(data), 2, "--size HxW");
	});
});

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

test("a PNG named .jpg is read, with a warning; no browser ends with code 4", async () => {
	const data = putSquares("misnamed", 2);
	put("misnamed/images/0.jpg", indexPng(new Uint8Array(320), 16, 20));
	put("misnamed/images/1.jpg", indexPng(new Uint8Array(320), 16, 20));
	const { rmSync } = await import("node:fs");
	for (const n of [0, 1]) rmSync(join(data, "images", `${n}.png`));
	await expectError(
		train(data),
		4,
		/warning: .*0\.jpg: is a PNG despite its name/,
		"PUPPETEER_EXECUTABLE_PATH",
	);
});

function npy(header: string, bytes: number): Buffer {
	const padded = `${header.padEnd(117)}\n`;
	const start = Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
	return Buffer.concat([start, Buffer.from(padded), Buffer.alloc(bytes)]);
}
