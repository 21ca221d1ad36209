import { expect, test } from "vitest";
import { indexPng } from "../../src/data/picture.ts";
import {
	expectError,
	put,
	putArrays,
	putSquares,
	useBuiltCommand,
	wgradWithoutBrowser as wgrad,
} from "./wgrad.ts";

useBuiltCommand();

const check = (...args: string[]) => wgrad("data", "check", ...args);

test("a set without fault: what it holds, exit code 0", async () => {
	const data = putSquares("good", 5);
	const { code, stdout } = await check(data, "--classes", "ground,square");
	expect(stdout).toBe(
		[
			`${data}: layout folders, 5 images, 2 classes`,
			"Sizes, height x width: 16x20 (5)",
			"  ground   84.69 % of the pixels, in 5 images",
			"  square   15.31 % of the pixels, in 5 images",
			"  ignored   0.00 %",
			"0 errors, 0 warnings: it can be trained on",
			"",
		].join("\n"),
	);
	expect(code).toBe(0);
});

test("faults are all told with their fixes, exit code 1", async () => {
	const data = putSquares("faulty", 5);
	put("faulty/images/1.png", "");
	put("faulty/masks/2.png", indexPng(new Uint8Array(16 * 16), 16, 16));
	put("faulty/images/lonely.png", indexPng(new Uint8Array(320), 16, 20));
	const { code, stdout } = await check(data);
	expect(stdout).toMatch(
		/^error: .*no mask for lonely\.png; .*--allow-orphans$/m,
	);
	expect(stdout).toMatch(/^error: images\/1\.png: is empty \(0 bytes\); copy/m);
	expect(stdout).toMatch(/^error: masks\/2\.png: is 16x16 .* 16x20; export/m);
	expect(stdout).toMatch(/^3 errors, 0 warnings: a training would stop$/m);
	expect(code).toBe(1);
	const json = await check(data, "--allow-orphans", "--json");
	const report = JSON.parse(json.stdout);
	expect(report).toMatchObject({ layout: "folders", images: 5, ignored: 0 });
	expect(report.findings.map((f: { kind: string }) => f.kind)).toEqual([
		...["orphan", "file", "file"],
	]);
	expect(json.code).toBe(1);
});

test("the split is the training's: equal images in two parts are told", async () => {
	const data = putSquares("twice", 4);
	const picture = indexPng(new Uint8Array(320).fill(9), 16, 20);
	put("twice/images/0.png", picture);
	put("twice/images/3.png", picture);
	const across = await check(data, "--val", "1", "--pick", "tail");
	expect(across.stdout).toMatch(
		/^warning: 0\.png \(training\), 3\.png \(validation\) are the same, so that/m,
	);
	expect(across.code).toBe(0);
	const within = await check(
		data,
		"--val",
		"2",
		"--pick",
		"head",
		"--test",
		"1",
	);
	expect(within.stdout).toMatch(
		/^warning: 0\.png \(test\), 3\.png \(training\)/m,
	);
});

test("a preset and a file of settings say how the set is read, as in a training", async () => {
	const data = putSquares("settled", 4);
	const picture = indexPng(new Uint8Array(320).fill(9), 16, 20);
	put("settled/images/0.png", picture);
	put("settled/images/3.png", picture);
	const settings = put(
		"settled.toml",
		'size = [8, 8]\nclassNames = ["ground", "square"]\n[split]\nval = 1\npick = "tail"\n',
	);
	const { stdout } = await check(data, "--config", settings);
	expect(stdout).toMatch(/0\.png \(training\), 3\.png \(validation\)/);
	expect(stdout).toContain("  ground ");
	await expectError(
		["data", "check", data, "--set", "split.pick=middle"],
		2,
		/--set: split\.pick: /,
	);
	const preset = await check(data, "--preset", "m2nist", "--json");
	expect(preset.code).toBe(0);
	expect(JSON.parse(preset.stdout)).toMatchObject({ images: 4 });
});

test("many findings of one kind are cut short", async () => {
	const data = putSquares("many", 14);
	for (let i = 0; i < 14; i++) put(`many/images/${i}.png`, "");
	const { stdout } = await check(data);
	expect(stdout.match(/is empty/g)).toHaveLength(10);
	expect(stdout).toMatch(/^error: 4 more of kind file; see --json$/m);
});

test("what cannot be listed ends with 3, a wrong call with 2", async () => {
	await expectError(["data", "check", "nowhere"], 3, /nowhere: does not exist/);
	await expectError(["data", "check"], 2, /the folder is missing/);
	await expectError(["data", "check", "digits"], 2, /are made, not read/);
	const arrays = putArrays("arrays", [3, 4, 5]);
	expect((await check(arrays)).stdout).toMatch(
		/layout npy, 3 images, 2 classes/,
	);
});
