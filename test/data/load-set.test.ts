import { join } from "node:path";
import { encode as encodeJpeg } from "jpeg-js";
import { expect, test } from "vitest";
import { DataError, UsageError } from "../../src/data/errors.ts";
import type { LoadOptions } from "../../src/data/load-options.ts";
import { loadSet } from "../../src/data/load-set.ts";
import { listInputs, readInput } from "../../src/data/predict-input.ts";
import { colourPng, folderWith, gather, grayPng } from "./load-fixture.ts";

/** Loads and fails on any warning. */
async function load(dir: string, options: LoadOptions = {}) {
	const warn = (message: string) => expect.fail(message);
	return gather((await loadSet(dir, options, { warn })).set);
}

/** Loads and gives set and warnings. */
async function loadWarned(dir: string, options: LoadOptions = {}) {
	const warnings: string[] = [];
	const warn = (message: string) => warnings.push(message);
	const set = await gather((await loadSet(dir, options, { warn })).set);
	return { set, warnings };
}

const gray = grayPng(2, [10, 20, 30, 40]);
const mask = grayPng(2, [0, 1, 1, 0]);

test("pairs two folders by stem, in natural order, ignoring litter", async () => {
	const dir = folderWith({
		"images/a.2.png": gray,
		"images/a.10.png": grayPng(2, [1, 2, 3, 4]),
		"images/._a.2.png": "litter",
		"images/.DS_Store": "litter",
		"images/Thumbs.db": "litter",
		"images/notes.txt": "litter",
		"masks/a.2_mask.png": mask,
		"masks/a.10.png": grayPng(2, [1, 1, 1, 0]),
		"masks/._a.2.png": "litter",
	});
	const steps: string[] = [];
	const { set } = await loadSet(
		dir,
		{},
		{
			warn: (message) => expect.fail(message),
			progress: (done, total) => steps.push(`${done}/${total}`),
		},
	);
	expect(await gather(set)).toEqual({
		images: Uint8Array.of(10, 20, 30, 40, 1, 2, 3, 4),
		labels: Uint8Array.of(0, 1, 1, 0, 1, 1, 1, 0),
		count: 2,
		height: 2,
		width: 2,
		channels: 1,
		classes: 2,
		scale: 1 / 255,
		names: ["a.2.png", "a.10.png"],
	});
	expect(steps).toEqual(["1/2", "2/2"]);
});

test("finds each layout of two folders", async () => {
	for (const [images, masks] of [
		["images", "labels"],
		["image", "label"],
		["images", "annotations/trimaps"],
		["images", "annotations"],
		["JPEGImages", "SegmentationClass"],
	]) {
		const dir = folderWith({
			[`${images}/1.png`]: gray,
			[`${masks}/1.png`]: mask,
			"annotations/list.txt": "1",
		});
		if (masks.startsWith("label")) {
			// annotations holds only a list here, yet may be the masks: it has to be asked.
			await expect(load(dir)).rejects.toThrow(/--masks PATH/);
			expect((await load(dir, { masksPath: masks })).count).toBe(1);
		} else expect((await load(dir)).count).toBe(1);
	}
	const dir = folderWith({ "train/1.png": gray, "trainannot/1.png": mask });
	const paths = { imagesPath: "train", masksPath: join(dir, "trainannot") };
	expect((await load(dir, paths)).count).toBe(1);
});

test("colour and gray images mix as asked", async () => {
	const dir = folderWith({
		"images/1.png": gray,
		"images/2.png": colourPng(2, 2, [200, 0, 0]),
		"masks/1.png": mask,
		"masks/2.png": mask,
	});
	const colour = await load(dir);
	expect(colour.channels).toBe(3);
	expect([...colour.images.subarray(0, 6)]).toEqual([10, 10, 10, 20, 20, 20]);
	const single = await load(dir, { channels: 1 });
	expect(single.channels).toBe(1);
	expect([...single.images]).toEqual([10, 20, 30, 40, 60, 60, 60, 60]);
});

test("one size is needed, or given with size", async () => {
	const dir = folderWith({
		"images/1.png": gray,
		"images/2.png": colourPng(4, 2, [9, 9, 9]),
		"masks/1.png": mask,
		"masks/2.png": grayPng(4, [0, 0, 1, 1, 2, 2, 1, 1]),
	});
	await expect(load(dir)).rejects.toThrow(UsageError);
	await expect(load(dir)).rejects.toThrow(
		/2 sizes: 2x2 \(1 images\), 2x4 \(1 images\).*--size HxW/,
	);
	const set = await load(dir, { size: [2, 2] });
	expect([...set.labels]).toEqual([0, 1, 1, 0, 0, 1, 2, 1]);
	expect([...set.images.subarray(4)]).toEqual([9, 9, 9, 9]);
	await expect(load(dir, { size: [0, 2] })).rejects.toThrow(/--size HxW/);
});

test("orphans are named in one error, up to five", async () => {
	const files: Record<string, Uint8Array> = { "masks/z.png": mask };
	for (let i = 0; i < 7; i++) files[`images/${i}.png`] = gray;
	files["masks/0.png"] = mask;
	const dir = folderWith(files);
	await expect(load(dir)).rejects.toThrow(DataError);
	await expect(load(dir)).rejects.toThrow(
		/no mask for 1\.png, 2\.png, 3\.png, 4\.png, 5\.png and 1 more; no image for z\.png;.*--allow-orphans/,
	);
	const { set, warnings } = await loadWarned(dir, { allowOrphans: true });
	expect(set.names).toEqual(["0.png"]);
	expect(warnings).toHaveLength(1);
	expect(warnings[0]).toMatch(/no mask for 1\.png.*left out/);
	const none = folderWith({ "images/a.png": gray, "masks/b.png": mask });
	await expect(load(none, { allowOrphans: true })).rejects.toThrow(
		/no mask for a/,
	);
});

test("faults of pairs and folders name the file and the fix", async () => {
	const cases: [Record<string, Uint8Array | string>, RegExp][] = [
		[{}, /is empty; put a folder of images/],
		[{ "readme.txt": "x" }, /holds readme\.txt.*--images PATH --masks PATH/],
		[{ "images/a.txt": "x", "masks/a.png": mask }, /images: holds no PNG/],
		[
			{ "images/a.png": gray, "masks/a.png": grayPng(1, [0, 1]) },
			/masks\/a\.png: is 2x1 .*images\/a\.png is 2x2/,
		],
		[
			{ "images/a.png": gray, "images/a.jpg": gray, "masks/a.png": mask },
			/same stem as a\.jpg.*rename/,
		],
		[
			{ "images/a.png": gray, "masks/a.png": mask, "labels/a.png": mask },
			/masks and labels.*--masks PATH/,
		],
		[{ "images/a.png": "", "masks/a.png": mask }, /images\/a\.png: is empty/],
		[
			{ "images/a.png": gray, "masks/a.png": grayPng(2, [0, 255, 1, 1]) },
			/masks\/a\.png: value 255 at 1 pixels.*--map 255=1 or --ignore 255/,
		],
		[
			{ "images/a.png": gray, "masks/a.png": colourPng(2, 2, [128, 0, 0]) },
			/masks\/a\.png: value #800000 at 4 pixels.*--map "#800000=1" or --ignore "#800000"/,
		],
	];
	for (const [files, message] of cases) {
		const dir = folderWith(files);
		await expect(load(dir), String(message)).rejects.toThrow(message);
		await expect(load(dir)).rejects.toThrow(DataError);
	}
	await expect(load("/nowhere/at/all")).rejects.toThrow(/does not exist/);
	const dir = folderWith({ "a.png": gray, "images/a.png": gray });
	await expect(load(join(dir, "a.png"))).rejects.toThrow(
		/is a file; give the folder/,
	);
	await expect(
		load(dir, { imagesPath: "images", masksPath: "gone" }),
	).rejects.toThrow(/gone: does not exist/);
	await expect(
		load(dir, { imagesPath: "images", masksPath: "a.png" }),
	).rejects.toThrow(/a\.png: is a file/);
	await expect(load(dir, { classes: 0 })).rejects.toThrow(UsageError);
});

test("map, ignore and classes decide the class numbers", async () => {
	const dir = folderWith({
		"images/a.png": gray,
		"masks/a.png": grayPng(2, [0, 255, 128, 0]),
	});
	const set = await load(dir, { map: { 255: 1 }, ignore: [128] });
	expect([...set.labels]).toEqual([0, 1, 255, 0]);
	expect(set.classes).toBe(2);
	const wide = await load(dir, { map: { 255: 1, 128: 0 }, classes: 5 });
	expect(wide.classes).toBe(5);
	const { set: gaps, warnings } = await loadWarned(dir, { ignore: [255] });
	expect(gaps.classes).toBe(129);
	expect(warnings[0]).toMatch(/only the values 0, 128 .*129 classes.*--map/);
	await expect(load(dir, { ignore: [0, 128, 255] })).rejects.toThrow(
		/no pixel that is not ignored/,
	);
});

test("JPEG masks need the number of classes, and smeared values explain themselves", async () => {
	const data = new Uint8Array(16 * 16 * 4).fill(255);
	for (let i = 0; i < 384; i++) data[i] = 0;
	const jpeg = encodeJpeg({ width: 16, height: 16, data }, 30).data;
	const dir = folderWith({
		"images/a.jpg": jpeg,
		"masks/a.jpg": jpeg,
	});
	await expect(load(dir)).rejects.toThrow(/masks\/a\.jpg: is a JPEG.*PNG/);
	await expect(load(dir, { classes: 2, map: { 255: 1 } })).rejects.toThrow(
		/masks\/a\.jpg: value .*JPEG smears class numbers/,
	);
});

test("prediction reads files and folders at their own size", async () => {
	const dir = folderWith({
		"in/b.png": gray,
		"in/a.png": colourPng(3, 1, [90, 90, 90]),
		"in/x.txt": "no",
		"empty/x.txt": "no",
	});
	const files = await listInputs([join(dir, "in/b.png"), join(dir, "in")]);
	expect(files).toEqual([join(dir, "in/b.png"), join(dir, "in/a.png")]);
	const image = await readInput(files[1], 3, (w) => expect.fail(w));
	expect(image).toMatchObject({ height: 1, width: 3, channels: 3 });
	await expect(listInputs([join(dir, "gone")])).rejects.toThrow(
		/gone: does not exist/,
	);
	await expect(listInputs([join(dir, "empty")])).rejects.toThrow(
		/holds no PNG/,
	);
});

test("images are decoded when they are read; one that is cut off is told before", async () => {
	const files = { "images/a.png": gray, "masks/a.png": mask };
	const rotten = Buffer.from(gray);
	rotten[rotten.indexOf("IDAT") + 8] ^= 0xff;
	const dir = folderWith({ ...files, "images/a.png": rotten });
	const events = { warn: (message: string) => expect.fail(message) };
	const { set } = await loadSet(dir, {}, events);
	expect([set.count, set.channels, set.classes]).toEqual([1, 1, 2]);
	expect([...set.counts(0)]).toEqual([
		[0, 2],
		[1, 2],
	]);
	await expect(set.read(0)).rejects.toThrow(/images\/a\.png: is a damaged PNG/);
	const cut = folderWith({ ...files, "images/a.png": gray.subarray(0, -6) });
	await expect(loadSet(cut, {}, events)).rejects.toThrow(
		/images\/a\.png: .*truncated/,
	);
});
