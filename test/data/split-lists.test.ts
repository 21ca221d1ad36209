import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import {
	parseNames,
	parseSplit,
	splitByLists,
	splitOf,
} from "../../src/data/split-lists.ts";

const names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.png"];
const list = (file: string, ...names: string[]) => ({ file, names });
const plan = { val: 1, pick: "head", seed: 0 } as const;

test("reads the lists that VOC, the pets and CamVid come with", () => {
	const text =
		"\uFEFF#Image CLASS-ID\r\nAbyssinian_1 1 1 1\r\n\r\n  Bengal_2 6 1 2\n";
	expect(parseNames(text, "list.txt")).toEqual(
		list("list.txt", "Abyssinian_1", "Bengal_2"),
	);
	expect(() => parseNames("# nothing\n", "x.txt")).toThrow(/x.txt: lists no/);
});

test("a list may give whole paths, and the mask's beside them", () => {
	const text =
		"/SegNet/CamVid/train/0001TP_006690.png /SegNet/CamVid/trainannot/0001TP_006690.png\n";
	const val = parseNames(text, "train.txt");
	const frames = ["0001TP_006690.png", "0001TP_007140.png"];
	expect(splitByLists(frames, { val }, plan).val).toEqual([0]);
});

test("listed names are found by name, without folder, and without extension", () => {
	const val = list("val.txt", "/data/images/b.jpg", "d", "e.png", "b");
	expect(splitByLists(names, { val }, plan)).toEqual({
		train: [0, 2],
		val: [1, 3, 4],
		test: [],
	});
});

test("what lists leave open, the plan decides; a training list is what it divides", () => {
	const train = list("train.txt", "b", "c", "d");
	expect(splitByLists(names, { train }, plan)).toEqual({
		train: [2, 3],
		val: [1],
		test: [],
	});
	const lists = { train, test: list("test.txt", "a", "e") };
	expect(splitByLists(names, lists, plan)).toEqual({
		train: [2, 3],
		val: [1],
		test: [0, 4],
	});
	// A list takes the place of what the plan says of its part.
	expect(splitByLists(names, lists, { ...plan, test: 1 }).train).toEqual([
		2, 3,
	]);
	const val = list("val.txt", "e");
	expect(splitByLists(names, { val }, { ...plan, test: 2 })).toEqual({
		train: [2, 3],
		val: [4],
		test: [0, 1],
	});
	const all = { train, val, test: list("test.txt", "a") };
	expect(splitByLists(names, all, plan)).toEqual({
		train: [1, 2, 3],
		val: [4],
		test: [0],
	});
});

test("names that are missing, ambiguous or in two parts are errors that name them", () => {
	const split = (lists: Parameters<typeof splitByLists>[1], of = names) =>
		splitByLists(of, lists, plan);
	const val = list("val.txt", "b", "x", "y");
	expect(() => split({ val })).toThrow(DataError);
	expect(() => split({ val })).toThrow(
		"val.txt: lists x, y, which are not in the data; remove the lines",
	);
	expect(() => split({ val: list("v.txt", "a") }, ["a.jpg", "a.png"])).toThrow(
		"v.txt: a may be a.jpg or a.png; write the whole name",
	);
	const exact = split({ val: list("v.txt", "a.png") }, ["a.jpg", "a.png"]);
	expect(exact.val).toEqual([1]);
	const folders = ["x/a.png", "a.png"];
	expect(split({ val: list("v.txt", "x/a.png") }, folders).val).toEqual([0]);
	const train = list("train.txt", "a", "b");
	expect(() => split({ train, val: list("v.txt", "b") })).toThrow(
		/b.jpg is in two parts of the split/,
	);
	expect(() => split({ val: list("v.txt", ...names) })).toThrow(DataError);
});

test("missing names may be passed over with a warning, but not all of them", () => {
	const said: string[] = [];
	const val = list("val.txt", "b", "x");
	const split = splitByLists(names, { val }, plan, (m) => said.push(m));
	expect(split.val).toEqual([1]);
	expect(said).toEqual([
		"val.txt: lists x, which is not in the data; passed over",
	]);
	const none = { val: list("val.txt", "x") };
	expect(() => splitByLists(names, none, plan, () => {})).toThrow(DataError);
});

test("split.json comes back as it was written, and what is wrong with it is said", () => {
	const written = {
		train: ["a.jpg", "c.jpg"],
		valid: ["b.jpg"],
		test: ["e.png"],
	};
	const text = JSON.stringify(written);
	expect(splitOf(parseSplit(text, "split.json"), "split.json", names)).toEqual({
		train: [0, 2],
		val: [1],
		test: [4],
	});
	const wrong = (value: unknown) => () =>
		parseSplit(JSON.stringify(value), "split.json");
	expect(() => parseSplit("{", "split.json")).toThrow(/split.json: is no JSON/);
	for (const value of [
		null,
		[],
		{ train: ["a"] },
		{ ...written, train: [1] },
	]) {
		expect(wrong(value)).toThrow(DataError);
	}
	expect(wrong({ ...written, test: 3 })).toThrow(/split.json: test is no list/);
	const twice = { train: ["a.jpg"], valid: ["a.jpg"] };
	expect(() => splitOf(twice, "split.json", names)).toThrow(
		/a.jpg is in two parts/,
	);
	const lost = { train: ["a.jpg"], valid: ["z.jpg"] };
	expect(() => splitOf(lost, "split.json", names)).toThrow(/lists z.jpg/);
});
