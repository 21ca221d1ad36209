import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { divisionOf } from "../../src/cli/split-options.ts";
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

/** A training that is over in a moment, on the CPU. */
const quick = (data: string, out: string, ...more: string[]) =>
	wgrad(
		...["train", "--data", data, "--out", out, "--device", "cpu", "--json"],
		...["--epochs", "1", "--batch", "2", "--base", "2", "--depth", "1"],
		...["--convs", "1", ...more],
	);

function json(...path: string[]) {
	return JSON.parse(readFileSync(join(folder, ...path), "utf8"));
}

test("data that come divided are divided so, whatever a preset would do", () => {
	const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
	const none = Object.fromEntries(
		["val", "test", "train", "pick", "fold", "split"].map((n) => [
			n,
			undefined,
		]),
	) as Parameters<typeof divisionOf>[0];
	const divide = divisionOf(none, 0, { val: 0.25, test: 0.25 });
	expect(divide(names).test).toHaveLength(2);
	const own = { train: names.slice(0, 6), valid: names.slice(6) };
	const { train, val, test } = divide(names, own);
	expect([train.length, val.length, test.length]).toEqual([6, 2, 0]);
});

test("a training divides as asked, says so in split.json, and another one follows it", async () => {
	const data = putSquares("squares", 10);
	const first = await quick(data, "one", "--val", "2", "--test", "0.3");
	expect(first.code).toBe(0);
	const split = json("one", "split.json");
	expect(split.train).toHaveLength(5);
	expect(split.valid).toHaveLength(2);
	expect(split.test).toHaveLength(3);
	expect(new Set([...split.train, ...split.valid, ...split.test]).size).toBe(
		10,
	);

	const second = await quick(data, "two", "--split", "one", "--seed", "7");
	expect(second.code).toBe(0);
	expect(json("two", "split.json")).toEqual(split);

	const of = async (...more: string[]) => {
		const { code, stdout } = await wgrad(
			...["eval", "--checkpoint", "one", "--data", data, "--device", "cpu"],
			...["--json", ...more],
		);
		expect(code).toBe(0);
		return JSON.parse(stdout).images;
	};
	expect(await of()).toBe(10);
	expect(await of("--split", "one")).toBe(3);
	expect(await of("--split", "one", "--part", "train")).toBe(5);
});

test("lists, tail and folds reach the training", async () => {
	const data = putSquares("listed", 6);
	const val = put("lists/val.txt", "listed/1.png extra\n4\n");
	expect((await quick(data, "lists-run", "--val", val)).code).toBe(0);
	expect(json("lists-run", "split.json")).toEqual({
		train: ["0.png", "2.png", "3.png", "5.png"],
		valid: ["1.png", "4.png"],
	});
	const tail = ["--pick", "tail", "--val", "1", "--test", "1"];
	expect((await quick(data, "tail-run", ...tail)).code).toBe(0);
	expect(json("tail-run", "split.json")).toMatchObject({
		valid: ["4.png"],
		test: ["5.png"],
	});
	const fold = ["--pick", "head", "--fold", "2/3"];
	expect((await quick(data, "fold-run", ...fold)).code).toBe(0);
	expect(json("fold-run", "split.json").valid).toEqual(["2.png", "3.png"]);
});

test("augmentation and sampling are in config.json, and data waits are told", async () => {
	const data = putSquares("augmented", 8);
	const { code, stdout } = await quick(
		...([data, "augmented-run"] as const),
		...["--augment", "flips,rotation=15@0.5,noise", "--sampling", "balanced"],
		...["--cache", "0"],
	);
	expect(code).toBe(0);
	const { dataWait } = JSON.parse(stdout);
	expect(dataWait).toBeGreaterThanOrEqual(0);
	expect(dataWait).toBeLessThanOrEqual(1);
	expect(json("augmented-run", "config.json")).toMatchObject({
		sampling: "balanced",
		augment: {
			choose: "each",
			outside: 255,
			steps: [
				{ name: "flip-left-right", probability: 0.5 },
				{ name: "flip-up-down", probability: 0.5 },
				{ name: "rotation", probability: 0.5, range: [-15, 15] },
				{ name: "noise", probability: 1 },
			],
		},
	});
	const log = readFileSync(join(folder, "augmented-run", "log.jsonl"), "utf8");
	const lines = log
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const epochs = lines.filter((line) => "epoch" in line);
	expect(epochs.length).toBeGreaterThan(0);
	for (const epoch of epochs) expect(epoch.dataWait).toBeGreaterThanOrEqual(0);
});

test("two trainings of one seed are equal to the bit, with augmentation and whatever the cache", async () => {
	const data = putSquares("same", 8);
	const options = ["--augment", "flips,elastic,contrast", "--seed", "3"];
	await quick(data, "same-1", ...options, "--cache", "0");
	await quick(data, "same-2", ...options);
	const weights = (run: string) =>
		readFileSync(join(folder, run, "checkpoints", "last.safetensors"));
	expect(weights("same-1").equals(weights("same-2"))).toBe(true);
});

describe("errors", () => {
	test("of options that exclude each other (2)", async () => {
		const data = putSquares("excluding", 4);
		await expectError(
			trainOn(data, "--fold", "1/2", "--val", "0.2"),
			...([2, "--fold and --val exclude each other"] as const),
		);
		await expectError(
			trainOn(data, "--split", "x", "--seed", "1", "--test", "3"),
			...([2, "--split and --test exclude each other"] as const),
		);
		await expectError(
			trainOn("digits", "--val", "0.3"),
			...([2, "--val does not apply to the built-in digits"] as const),
		);
		await expectError(
			["eval", "--checkpoint", "x", "--data", data, "--part", "test"],
			...([3, "x: "] as const),
		);
	});

	test("of lists (3)", async () => {
		const data = putSquares("lists-data", 4);
		const list = put("bad/list.txt", "0\n9\n");
		await expectError(
			trainOn(data, "--val", "bad/gone.txt"),
			...([3, "bad/gone.txt: does not exist"] as const),
		);
		await expectError(
			trainOn(data, "--val", list),
			...([3, "list.txt: lists 9, which is not in the data"] as const),
		);
		put("bad/split.json", "[]");
		await expectError(
			trainOn(data, "--split", "bad"),
			...([3, /bad.split.json: train is no list of image names/] as const),
		);
		await expectError(
			trainOn(data, "--val", "3", "--test", "2"),
			...([3, "4 images are too few for 3 validation and 2 test"] as const),
		);
	});

	test("of augmentation (2), before the data is read", async () => {
		await expectError(
			trainOn("nowhere", "--augment", "flip"),
			...([2, "augment: flip: unknown augmentation; there are"] as const),
		);
		const gray = putSquares("gray", 4);
		await expectError(
			trainOn(gray, "--augment", "hue"),
			...([2, "augment: hue: needs red, green and blue"] as const),
		);
		await expectError(
			trainOn(gray, "--augment", "clothing"),
			...([2, "augment: hue: needs"] as const),
		);
	});
});
