import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { DataError, UsageError } from "../../../src/data/errors.ts";
import type { LoadOptions } from "../../../src/data/load-options.ts";
import { loadSet } from "../../../src/data/load-set.ts";
import { parseValue, vocColour } from "../../../src/data/palette.ts";
import { colourPng, folderWith, gather, grayPng } from "../load-fixture.ts";
import { makePng } from "../png-fixture.ts";
import { published } from "./published.ts";

async function load(dir: string, options: LoadOptions = {}) {
	const warn = (message: string) => expect.fail(message);
	const loaded = await loadSet(dir, options, { warn });
	return { ...loaded, set: await gather(loaded.set) };
}

/** Labels of a set, as one text an image row, `.` for 0 and `-` for ignored. */
function rows({ labels, width }: { labels: Uint8Array; width: number }) {
	const text = [...labels]
		.map((v) => (v === 0 ? "." : v === 255 ? "-" : String(v)))
		.join("");
	return text.match(new RegExp(`.{${width}}`, "g"));
}

const gray = (height: number, width: number) =>
	grayPng(width, new Array(height * width).fill(7));

/** An RGB PNG, 1 pixel high. */
const rgb = (...colours: (readonly number[])[]) =>
	makePng({
		...{ width: colours.length, height: 1, depth: 8, colourType: 2 },
		samples: colours.flat(),
	});

test.each(Object.entries(published))(
	"%s: a small set in its published places",
	async (name, files) => {
		const warn = () => {};
		const options = name === "folders" ? { map: { 255: 1 } } : {};
		const { set, layout } = await loadSet(folderWith(files), options, { warn });
		expect(layout).toBe(name);
		expect(set.count).toBe(name === "npy" ? 4 : 2);
	},
);

const persons = readFileSync("test/data/layouts/ochuman.json", "utf8");

test("ochuman: outer polygons less inner ones; images without polygons left out", async () => {
	const dir = folderWith({
		"ochuman.json": persons,
		"images/000001.png": gray(6, 8),
		"images/000002.png": gray(6, 8),
		"images/000003.png": gray(6, 8),
	});
	const { set, layout, classNames } = await load(dir);
	expect([layout, classNames, set.names]).toEqual([
		"ochuman",
		["background", "person"],
		["000001.png", "000003.png"],
	]);
	// The second person stands in the hole of the first.
	expect(rows(set)).toEqual([
		...["11111.11", "1...1...", "1.1.1...", "1.1.1...", "11111...", "..1....."],
		...["........", "........", "........", "11111111", "11111111", "11111111"],
	]);
	const broken = JSON.parse(persons);
	broken.images[2].annotations[0].segms.outer = [[1, 2, 3]];
	const bad = folderWith({
		"ochuman.json": JSON.stringify(broken),
		"images/000001.png": gray(6, 8),
		"images/000003.png": gray(6, 8),
	});
	await expect(load(bad)).rejects.toThrow(
		/ochuman\.json \(000003\.png\): outer\.0 is not as it should be/,
	);
});

test("camvid: the authors' coloured masks, unknown colours named", async () => {
	const files = {
		"701_StillsRaw_full/a.png": rgb([1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]),
		"LabeledApproved_full/a_L.png": rgb(
			...[
				[128, 128, 128],
				[192, 0, 128],
				[192, 0, 192],
				[0, 0, 0],
			],
		),
	};
	const { set, layout, classNames } = await load(folderWith(files));
	expect([layout, classNames?.length]).toEqual(["camvid", 11]);
	// Sky, archway as building, scooter as bicyclist, void.
	expect([...set.labels]).toEqual([0, 1, 10, 255]);
	const odd = rgb([128, 0, 0], [1, 2, 3], [128, 0, 0], [0, 0, 0]);
	await expect(
		load(folderWith({ ...files, "LabeledApproved_full/a_L.png": odd })),
	).rejects.toThrow(/a_L\.png: value #010203 at 1 pixels is outside/);
});

test("voc: masks that lost their palette are read by their colours; lists are parts", async () => {
	const mask = rgb(vocColour(0), vocColour(15), vocColour(20), vocColour(255));
	const dir = folderWith({
		"JPEGImages/a.png": gray(1, 4),
		"JPEGImages/b.png": gray(1, 4),
		"JPEGImages/boxes-only.png": gray(1, 4),
		"SegmentationClass/a.png": mask,
		"SegmentationClass/b.png": mask,
		"ImageSets/Segmentation/train.txt": "a\n",
		"ImageSets/Segmentation/val.txt": "b\n",
	});
	const { set, parts, classNames } = await load(dir);
	expect(set.names).toEqual(["a.png", "b.png"]);
	expect([...set.labels]).toEqual([0, 15, 20, 255, 0, 15, 20, 255]);
	expect(parts).toEqual({ train: ["a"], valid: ["b"] });
	expect(classNames?.[15]).toBe("person");
});

test("voc: what a list names and no folder has is an orphan", async () => {
	const dir = folderWith({
		"JPEGImages/a.png": gray(1, 4),
		"SegmentationClass/a.png": gray(1, 4),
		"ImageSets/Segmentation/train.txt": "a\n",
		"ImageSets/Segmentation/val.txt": "c\n",
	});
	await expect(load(dir)).rejects.toThrow(
		/in ImageSets\/Segmentation but not in JPEGImages c; .*--allow-orphans/,
	);
});

test("pets: a trimap without its image is named", async () => {
	const trimap = grayPng(4, [1, 2, 3, 1]);
	const dir = folderWith({
		"images/a.png": gray(1, 4),
		"annotations/trimaps/a.png": trimap,
		"annotations/trimaps/b.png": trimap,
	});
	await expect(load(dir)).rejects.toThrow(/no image for b\.png; add the files/);
	const loaded = await loadSet(dir, { allowOrphans: true }, { warn: () => {} });
	expect(loaded.layout).toBe("pets");
	expect([...(await gather(loaded.set)).labels]).toEqual([0, 1, 2, 0]);
});

test("dsb: a mask of another size is named, an image without masks is an orphan", async () => {
	const on = grayPng(4, [0, 0, 255, 0]);
	const files = {
		"x/images/x.png": gray(1, 4),
		"x/masks/1.png": on,
		"x/masks/2.png": grayPng(4, [255, 0, 0, 0]),
		"z/images/z.png": gray(1, 4),
		"z/masks/1.png": on,
	};
	const { set } = await load(folderWith(files));
	expect([...set.labels]).toEqual([1, 0, 1, 0, 0, 0, 1, 0]);
	await expect(
		load(folderWith({ ...files, "x/masks/2.png": gray(2, 2) })),
	).rejects.toThrow(/x\/masks\/2\.png: is 2x2 .* but its image is 1x4/);
	await expect(
		load(folderWith({ ...files, "y/images/y.png": gray(1, 4) })),
	).rejects.toThrow(/no image or no masks in y; add the files/);
});

test("labelme: every type of shape, later over earlier, holes by background", async () => {
	const shapes = [
		{
			label: "a",
			points: [
				[1, 1],
				[6, 1],
				[6, 4],
				[1, 4],
			],
		},
		{
			label: "b",
			shape_type: "rectangle",
			points: [
				[6, 4],
				[4, 3],
			],
		},
		{
			label: "_background_",
			shape_type: "rectangle",
			points: [
				[2, 2],
				[3, 2],
			],
		},
		{
			label: "__ignore__",
			shape_type: "rectangle",
			points: [
				[0, 5],
				[7, 5],
			],
		},
	];
	const file = { shapes, imagePath: "x.png", imageHeight: 6, imageWidth: 8 };
	const files = { "x.png": gray(6, 8), "x.json": JSON.stringify(file) };
	const { set, classNames } = await load(folderWith(files));
	expect(classNames).toEqual(["background", "a", "b"]);
	expect(rows(set)).toEqual([
		...["........", ".111111.", ".1..111.", ".111222.", ".111222."],
		"--------",
	]);
	const other = { ...file, shapes: [{ ...shapes[0], shape_type: "heart" }] };
	await expect(
		load(folderWith({ ...files, "x.json": JSON.stringify(other) })),
	).rejects.toThrow(/x\.json: shape 1 \(a\) is a heart, which is not drawn/);
	await expect(
		load(folderWith({ ...files, "y.json": '{"shapes": [' })),
	).rejects.toThrow(/y\.json: is no JSON/);
});

test("coco: polygons, runs plain and compressed, and crowds; later over earlier", async () => {
	const square = [[0, 0, 2, 0, 2, 2, 0, 2]];
	const of = (category_id: number, segmentation: unknown, iscrowd = 0) => ({
		...{ image_id: 1, category_id, segmentation, iscrowd },
	});
	const file = {
		images: [{ id: 1, file_name: "x.png", height: 3, width: 4 }],
		categories: [
			{ id: 7, name: "late" },
			{ id: 3, name: "early" },
		],
		annotations: [
			of(3, square),
			// Column by column: two rows of background, one pixel, then background.
			of(7, { size: [3, 4], counts: [2, 1, 9] }),
			// Four times 3 pixels: "9", "3" are runs of 9 and 3.
			of(7, { size: [3, 4], counts: "93" }),
			of(3, { size: [3, 4], counts: [0, 12] }, 1),
		],
	};
	const dir = folderWith({
		"images/x.png": gray(3, 4),
		"annotations/instances_all.json": JSON.stringify(file),
	});
	const { set, classNames } = await load(dir);
	expect(classNames).toEqual(["background", "early", "late"]);
	expect(rows(set)).toEqual(["11-2", "11-2", "2--2"]);
});

test("folders: --pair names masks, --offset moves their values, colours are mapped", async () => {
	const dir = folderWith({
		"images/a.png": gray(1, 4),
		"masks/gt-a-1.png": grayPng(4, [1, 2, 3, 0]),
	});
	const { set } = await load(dir, {
		...{ pair: "gt-{}-1.png", offset: -1, ignore: [0] },
	});
	expect([...set.labels]).toEqual([0, 1, 2, 255]);
	const coloured = folderWith({
		"images/a.png": gray(2, 2),
		"masks/a.png": colourPng(2, 2, [255, 0, 0]),
	});
	const mapped = await load(coloured, {
		map: { [parseValue("#ff0000")]: 1 },
		classes: 2,
	});
	expect([...mapped.set.labels]).toEqual([1, 1, 1, 1]);
	await expect(load(dir, { pair: "mask" })).rejects.toThrow(UsageError);
});

test("--offset replaces the map of a layout as --map does", async () => {
	const isbi = folderWith(published.isbi);
	await expect(load(isbi, { offset: 1 })).rejects.toThrow(
		/value 255 at 2 pixels/,
	);
	const { set } = await load(isbi, { map: { 255: 0, 0: 1 } });
	expect([...set.labels.subarray(0, 4)]).toEqual([1, 0, 0, 1]);
});

test("an archive in an archive is entered; one that is damaged is named", async () => {
	const inner = zipSync({
		"set/images/a.png": gray(1, 2),
		"set/masks/a.png": grayPng(2, [0, 1]),
		"__MACOSX/set/images/._a.png": strToU8("litter"),
	});
	const dir = folderWith({ "outer.zip": zipSync({ "inner.zip": inner }) });
	const { set, layout } = await load(`${dir}/outer.zip`);
	expect([layout, set.names]).toEqual(["folders", ["a.png"]]);
	const cut = folderWith({ "a.zip": inner.slice(0, inner.length - 30) });
	await expect(load(`${cut}/a.zip`)).rejects.toThrow(
		/a\.zip: is a damaged archive \(.*\); copy or pack it again/,
	);
	await expect(load(`${cut}/a.zip`)).rejects.toThrow(DataError);
});
