import { GifWriter } from "omggif";
import { expect, test } from "vitest";
import { checkSet } from "../../src/data/check-set.ts";
import { DataError } from "../../src/data/errors.ts";
import type { LoadOptions } from "../../src/data/load-options.ts";
import { encodeNpy } from "../../src/data/npy.ts";
import type { Split } from "../../src/data/split.ts";
import { folderWith, grayPng } from "./load-fixture.ts";
import { makePng } from "./png-fixture.ts";

/** Checks a folder; the last image validates. */
async function check(
	files: Record<string, Uint8Array | string>,
	options: LoadOptions = {},
	divide = (names: readonly string[]): Split => ({
		train: [...names.keys()].slice(0, -1),
		val: [names.length - 1],
		test: [],
	}),
) {
	const steps: string[] = [];
	const dir = folderWith(files);
	const report = await checkSet(dir, options, divide, (done, total) =>
		steps.push(`${done}/${total}`),
	);
	const found = report.findings.map(
		({ severity, kind, message }) =>
			`${severity} ${kind}: ${message.replaceAll(dir, "DIR")}`,
	);
	return { ...report, found, steps };
}

const image = (first: number) => grayPng(2, [first, 20, 30, 40]);
const mask = grayPng(2, [0, 1, 1, 0]);
const whole = {
	"images/a.png": image(1),
	"images/b.png": image(2),
	"images/c.png": image(3),
	"masks/a.png": mask,
	"masks/b.png": mask,
	"masks/c.png": mask,
};

test("a set without fault: sizes, classes and what is ignored", async () => {
	const report = await check(
		{ ...whole, "masks/c.png": grayPng(2, [0, 1, 9, 9]) },
		{ ignore: [9] },
	);
	expect(report.found).toEqual([]);
	expect(report.steps).toEqual(["1/3", "2/3", "3/3"]);
	expect(report).toMatchObject({
		layout: "folders",
		images: 3,
		sizes: [{ height: 2, width: 2, images: 3 }],
		classes: [
			{ name: "0", pixels: 5, images: 3 },
			{ name: "1", pixels: 5, images: 3 },
		],
		ignored: 2,
	});
});

test("goes on after every fault, of images and of masks, and names the fix of each", async () => {
	const { found, images, classes } = await check({
		...whole,
		"images/cut.png": image(5).slice(0, 45),
		"images/text.png": "no image",
		"images/large.png": grayPng(3, [1, 2, 3, 4, 5, 6]),
		"images/value.png": image(6),
		"images/empty.png": image(7),
		"images/lonely.png": image(8),
		"masks/cut.png": "",
		"masks/text.png": mask,
		"masks/large.png": mask,
		"masks/value.png": grayPng(2, [0, 1, 255, 255]),
		"masks/empty.png": "",
		"masks/left.png": mask,
	});
	expect(images).toBe(8);
	expect(found).toEqual([
		expect.stringMatching(
			/^error orphan: .*: no mask for lonely\.png; .*add or rename files.*--allow-orphans/,
		),
		expect.stringMatching(/^error orphan: .*: no image for left\.png; /),
		expect.stringMatching(
			/^error file: images\/cut\.png: .*truncated, .*again/,
		),
		expect.stringMatching(
			/^error file: masks\/cut\.png: is empty \(0 bytes\); /,
		),
		expect.stringMatching(/^error file: masks\/empty\.png: is empty/),
		expect.stringMatching(
			/^error file: masks\/large\.png: is 2x2 .* image images\/large\.png is 2x3; export/,
		),
		expect.stringMatching(
			/^error file: images\/text\.png: is no PNG, JPEG or GIF .*; convert it/,
		),
		expect.stringMatching(
			/^error file: masks\/value\.png: value 255 at 2 pixels is no class number .*--map 255=1 or --ignore 255/,
		),
		expect.stringMatching(
			/^error sizes: the images have 2 sizes: 2x2 \(6 images\), 2x3 \(1 images\); give .*--size/,
		),
	]);
	// Only labels that could be read are counted.
	expect(classes.map(({ images }) => images)).toEqual([3, 3]);
});

test("orphans and sizes are no errors where options deal with them", async () => {
	const { findings } = await check(
		{
			...whole,
			"images/d.png": image(4),
			"images/e.png": grayPng(4, [1, 2, 3, 4]),
			"masks/e.png": grayPng(4, [0, 0, 1, 1]),
		},
		{ allowOrphans: true, size: [4, 4] },
	);
	expect(findings.map(({ severity, kind }) => [severity, kind])).toEqual([
		["warning", "orphan"],
	]);
	expect(findings[0].images).toEqual(["d.png"]);
});

test("equal images across the split, in one part, and equal only in pixels", async () => {
	const buffer = new Uint8Array(1000);
	const palette = Array.from({ length: 256 }, (_, i) => i * 0x10101);
	const gif = new GifWriter(buffer, 2, 2, { palette });
	gif.addFrame(0, 0, 2, 2, [1, 20, 30, 40]);
	const colours = [1, 20, 30, 40].flatMap((v) => [v, v, v]);
	const asColour = makePng({
		...{ width: 2, height: 2, depth: 8, colourType: 2, samples: colours },
	});
	const { found, findings } = await check({
		...whole,
		"images/b.png": image(3),
		"images/c.png": image(3),
		"images/d.gif": buffer.slice(0, gif.end()),
		"images/e.png": asColour,
		"images/f.png": image(9),
		"masks/d.png": mask,
		"masks/e.png": mask,
		"masks/f.png": mask,
	});
	expect(found).toEqual([
		"warning duplicate: a.png (training), d.gif (training), e.png (training) are the same picture in other files; remove all but one",
		"warning duplicate: b.png (training), c.png (training) are the same; remove all but one",
	]);
	expect(findings[0].images).toEqual(["a.png", "d.gif", "e.png"]);
	const leak = await check({ ...whole, "images/c.png": image(1) });
	expect(leak.found).toEqual([
		"warning duplicate: a.png (training), c.png (validation) are the same, so that the score is measured on what was trained; remove all but one, or list them in one part",
	]);
});

test("classes: one alone, gaps, none in the training part, nothing but ignored pixels", async () => {
	const zero = grayPng(2, [0, 0, 0, 0]);
	const masks = (a: Uint8Array, b = a, c = a) => ({
		...whole,
		...{ "masks/a.png": a, "masks/b.png": b, "masks/c.png": c },
	});
	const single = await check(masks(zero));
	expect(single.found).toEqual([
		expect.stringMatching(/^error classes: DIR: the masks hold a single class/),
	]);
	const gaps = await check(masks(grayPng(2, [0, 3, 3, 0])));
	expect(gaps.found).toEqual([
		expect.stringMatching(/^warning classes: .*only the values 0, 3 .*--map/),
	]);
	const named = await check(masks(mask), {
		...{ classes: 3, classNames: ["ground", "tree", "house"] },
	});
	expect(named.found).toEqual([
		expect.stringMatching(/^warning classes: DIR: no pixel of house; /),
	]);
	const unseen = await check(masks(mask, mask, grayPng(2, [0, 1, 2, 2])));
	expect(unseen.found).toEqual([
		expect.stringMatching(
			/^warning split: no training image shows 2, though others do; /,
		),
	]);
	const ignored = await check(masks(mask, zero, mask), { ignore: [0] });
	expect(ignored.found).toContainEqual(
		expect.stringMatching(
			/^warning classes: DIR: every pixel is ignored in b\.png; /,
		),
	);
});

test("a damaged JSON of many is one finding; a set of arrays is checked too", async () => {
	const shapes = [
		{
			label: "a",
			shape_type: "rectangle",
			points: [
				[0, 0],
				[0, 1],
			],
		},
	];
	const json = (imagePath: string) => JSON.stringify({ shapes, imagePath });
	const drawn = await check({
		"a.png": image(1),
		"b.png": image(2),
		"c.png": image(3),
		"a.json": '{"shapes"',
		"b.json": json("b.png"),
		"c.json": json("c.png"),
	});
	expect(drawn.layout).toBe("labelme");
	expect(drawn.found).toEqual([
		expect.stringMatching(/^error file: .*a\.json: is no JSON \(.*\); export/),
	]);
	expect(drawn.classes.map(({ pixels }) => pixels)).toEqual([4, 4]);
	const arrays = await check({
		"images.npy": encodeNpy([3, 1, 2], Uint8Array.of(1, 2, 3, 4, 1, 2)),
		"labels.npy": encodeNpy([3, 1, 2], Uint8Array.of(0, 1, 0, 1, 0, 0)),
	});
	expect(arrays.found).toEqual([
		"warning duplicate: images[0] (training), images[2] (validation) are the same, so that the score is measured on what was trained; remove all but one, or list them in one part",
	]);
	expect(arrays.classes.map(({ pixels }) => pixels)).toEqual([4, 2]);
});

test("a division that is impossible is a finding, a folder that is none throws", async () => {
	const { found } = await check(whole, {}, () => {
		throw new DataError("lists x.png, which is not in the data", "val.txt");
	});
	expect(found).toEqual([
		"error split: val.txt: lists x.png, which is not in the data",
	]);
	await expect(
		checkSet("/nowhere/at/all", {}, () => expect.fail(), undefined),
	).rejects.toThrow(DataError);
});
