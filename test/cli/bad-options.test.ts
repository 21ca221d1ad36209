import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	expectError,
	folder,
	put,
	putSquares,
	trainOn as train,
	useBuiltCommand,
} from "./wgrad.ts";

useBuiltCommand();

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
		["val", "0"],
		["val", "1.5"],
		["test", "-0.1"],
		["fold", "3/2"],
		["fold", "1/1"],
		["fold", "0.2"],
		["pick", "middle"],
		["sampling", "even"],
		["outside", "3"],
		["cache", "1.5"],
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
