import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { Canvas } from "../../../src/data/canvas.ts";
import { histogram } from "../../../src/data/histogram.ts";
import { decodeImage } from "../../../src/data/image.ts";
import { readSize } from "../../../src/data/image-header.ts";
import {
	classHistogram,
	type LabelledSource,
} from "../../../src/data/labelled-source.ts";
import type { Item, Listing } from "../../../src/data/layouts/layout.ts";
import type { LoadOptions } from "../../../src/data/load-options.ts";
import { loadSet, openSet } from "../../../src/data/load-set.ts";
import { decodeMask } from "../../../src/data/mask.ts";
import { parseNpy } from "../../../src/data/npy.ts";
import { decodePng } from "../../../src/data/png.ts";
import type { Size } from "../../../src/data/resize.ts";
import { fillCocoPolygon, fillRuns } from "../../../src/data/rle.ts";
import { parseNames, splitByLists } from "../../../src/data/split-lists.ts";
import { folderWith } from "../load-fixture.ts";

// Real sets lie beside the repository on some machines only.
const ROOT = fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const present = existsSync(ROOT);
if (!present) console.log("skipped: ../shared/data with real sets is absent");

const read = (...path: string[]) => readFileSync(join(ROOT, ...path));

async function load(dir: string, options: LoadOptions = {}) {
	const warnings: string[] = [];
	const warn = (message: string) => warnings.push(message);
	const loaded = await loadSet(join(ROOT, dir), options, { warn });
	return { ...loaded, warnings };
}

/** The listing of a set, and the mask values of one of its images. */
async function list(dir: string, options: LoadOptions = {}) {
	const events = { warn: () => {} };
	const { opened, layout } = await openSet(resolve(ROOT, dir), options, events);
	const listing = opened as Listing;
	const values = async (name: string) => {
		const item = listing.items.find((each) => each.name === name) as Item;
		const size = readSize(await item.readImage()) as Size;
		return Uint8Array.from((await item.readMask(size, () => {})).values);
	};
	return { ...listing, layout: layout.name, values };
}

const small: LoadOptions = { size: [24, 32] };

describe.skipIf(!present)("layouts of real sets (../shared/data)", () => {
	test("every folder is read as it comes", async () => {
		for (const [dir, layout, count, classes] of [
			["oxford-iiit-pet-subset", "pets", 152, 3],
			["isbi2012-em", "isbi", 24, 2],
			["dsb2018-nuclei", "dsb", 46, 2],
			["coco2017-subset", "coco", 104, 81],
			["camvid-subset", "camvid", 32, 11],
			["m2nist-sample", "npy", 10, 11],
			["labelme-examples/semantic_segmentation/data_dataset_voc", "voc", 3, 21],
			[
				"labelme-examples/semantic_segmentation/data_annotated",
				"labelme",
				3,
				7,
			],
			["labelme-examples/primitives", "labelme", 1, 8],
			["labelme-examples/tutorial", "labelme", 1, 5],
			[
				"labelme-examples/instance_segmentation/data_dataset_coco",
				"coco",
				3,
				21,
			],
		] as const) {
			const { set, ...loaded } = await load(dir, small);
			expect({ dir, layout: loaded.layout, count: set.count }).toEqual({
				dir,
				layout,
				count,
			});
			expect([dir, set.classes]).toEqual([dir, classes]);
			if (layout !== "npy") expect(loaded.classNames).toHaveLength(classes);
			const sample = await set.read(set.count - 1);
			expect(sample.labels).toHaveLength(set.height * set.width);
			for (let i = 0; i < set.count; i++) {
				for (const label of set.counts(i).keys()) {
					expect(label === 255 || label < classes).toBe(true);
				}
			}
		}
	}, 120_000);

	test("pets: trimaps 1 to 3 are classes 0 to 2; GIF and PNG under .jpg; no file is in no list", async () => {
		const { set, warnings, classNames, parts } = await load(
			"oxford-iiit-pet-subset",
			small,
		);
		expect(classNames).toEqual(["pet", "background", "border"]);
		expect(parts).toBeUndefined();
		expect(warnings).toHaveLength(2);
		const { counts, ignored } = classHistogram(set);
		expect(ignored).toBe(0);
		// The two odd files are in no list.
		const list = (name: string) =>
			parseNames(
				read(`oxford-iiit-pet-subset/annotations/${name}`).toString(),
				name,
			);
		const lists = { train: list("trainval.txt"), test: list("test.txt") };
		const split = splitByLists(set.names, lists, { val: 0, seed: 0 });
		expect([split.train.length, split.test.length]).toEqual([108, 42]);
		const named = [...split.train, ...split.test].map((i) => set.names[i]);
		expect(named).not.toContain("Abyssinian_34.jpg");
		expect(named).not.toContain("Abyssinian_5.jpg");
		const share = counts.map((n) => n / pixelsOf(set));
		expect(share[0]).toBeCloseTo(0.273, 1);
		expect(share[1]).toBeCloseTo(0.612, 1);
		// Given a map, the layout's own is out.
		const own = await load("oxford-iiit-pet-subset", {
			...small,
			map: { 1: 1, 2: 0 },
			ignore: [3],
		});
		expect(own.set.classes).toBe(2);
		expect(own.classNames).toBeUndefined();
	});

	test("dsb: the union of the nuclei's masks, alpha dropped", async () => {
		const { items, values } = await list("dsb2018-nuclei");
		let colourless = 0;
		for (const item of items) {
			const { channels } = decodeImage(
				await item.readImage(),
				"a.png",
				() => {},
			);
			if (channels === 1) colourless++;
		}
		expect([colourless, items.length]).toEqual([34, 46]);
		let nucleus = 0;
		let share = 0;
		for (const { name } of items) {
			const counts = histogram(await values(name));
			expect([...counts.keys()].sort()).toEqual([0, 1]);
			nucleus += counts.get(1) as number;
			share +=
				(counts.get(1) as number) /
				((counts.get(0) as number) + (counts.get(1) as number));
		}
		expect(nucleus).toBeGreaterThan(0);
		// 13.1 % foreground on average, as the description counts it.
		expect(Math.round((1000 * share) / items.length)).toBe(131);
	});

	test("camvid: lists with paths of another machine, void ignored, own parts", async () => {
		const { parts, labels, classNames, items } = await list("camvid-subset");
		expect(parts?.train).toHaveLength(24);
		expect(parts?.valid).toHaveLength(8);
		expect(classNames?.[8]).toBe("car");
		expect(labels?.ignore).toContain(11);
		expect(items[0]).toMatchObject({
			name: "0001TP_006690.png",
			image: "train/0001TP_006690.png",
			truth: "trainannot/0001TP_006690.png",
		});
		const { set } = await load("camvid-subset");
		const { ignored } = classHistogram(set);
		// 2.9 % void.
		expect(Math.round((1000 * ignored) / pixelsOf(set))).toBe(29);
	});

	test("coco: ids with gaps, images without annotation, crowds ignored, chosen categories", async () => {
		const { items, classNames, parts, values } = await list("coco2017-subset");
		expect(classNames?.slice(0, 3)).toEqual([
			"background",
			"person",
			"bicycle",
		]);
		// 90 is the largest id, 80 the largest class.
		expect(classNames?.[80]).toBe("toothbrush");
		expect(parts?.train).toHaveLength(47);
		expect(parts?.valid).toHaveLength(57);
		const file = JSON.parse(
			read("coco2017-subset/annotations/instances_val2017.json").toString(),
		);
		const annotated = new Set(
			file.annotations.map((a: { image_id: number }) => a.image_id),
		);
		const bare = file.images.filter(
			(i: { id: number }) => !annotated.has(i.id),
		);
		expect(bare).toHaveLength(2);
		for (const { file_name } of bare) {
			expect([...new Set(await values(file_name))]).toEqual([0]);
		}
		const crowd = file.annotations.find(
			(a: { iscrowd: number }) => a.iscrowd === 1,
		);
		const image = file.images.find(
			(i: { id: number }) => i.id === crowd.image_id,
		);
		expect(await values(image.file_name)).toContain(255);
		expect(items).toHaveLength(104);
		const persons = await load("coco2017-subset", {
			...small,
			classes: 2,
			classNames: ["background", "person"],
		});
		expect(persons.set.classes).toBe(2);
		const { counts } = classHistogram(persons.set);
		expect(counts[1]).toBeGreaterThan(0);
		await expect(
			load("coco2017-subset", { classNames: ["background", "persn"] }),
		).rejects.toThrow(/--classes names persn.*it has person, bicycle/);
		await expect(
			load("coco2017-subset", { classNames: ["person"] }),
		).rejects.toThrow(/put background first/);
	});

	test("coco: runs are the crowds', whatever their area says; parts are one object", () => {
		const parts = ["train", "val"].map((part) =>
			JSON.parse(
				read(
					`coco2017-subset/annotations/instances_${part}2017.json`,
				).toString(),
			),
		);
		const all: Annotation[] = parts.flatMap(({ annotations }) => annotations);
		const sizes = new Map<number, Size>(
			parts.flatMap(({ images }) => images).map((each) => [each.id, each]),
		);
		const painted = (
			{ image_id }: Annotation,
			draw: (on: Canvas) => void,
		): number => {
			const { height, width } = sizes.get(image_id) as Size;
			const values = new Uint8Array(height * width);
			draw({ height, width, values });
			return values.reduce((sum, v) => sum + v, 0);
		};
		const crowds = all.filter(({ iscrowd }) => iscrowd);
		expect(crowds).toHaveLength(13);
		const wrong = crowds.filter((each) => {
			const { counts } = each.segmentation as { counts: number[] };
			const odd = counts.filter((_, i) => i % 2 === 1);
			const pixels = painted(each, (on) => fillRuns(on, counts, 1, "a"));
			expect(pixels).toBe(odd.reduce((a, b) => a + b, 0));
			return pixels !== each.area;
		});
		expect(wrong).toHaveLength(10);
		const several = all.filter(
			({ segmentation: s, iscrowd }) =>
				!iscrowd && (s as number[][]).length > 1,
		);
		expect(several).toHaveLength(84);
		for (const each of several.filter(({ area }) => area > 5000)) {
			const pixels = painted(each, (on) => {
				for (const xy of each.segmentation as number[][]) {
					fillCocoPolygon(on, xy, 1);
				}
			});
			expect(pixels / each.area).toBeCloseTo(1, 1);
		}
	});

	test("labelme: the JSON files give labelme's own PNGs, 0 pixels different", async () => {
		const base = "labelme-examples/semantic_segmentation";
		const { values, classNames } = await list(`${base}/data_annotated`, {
			classNames: labelNames(`${base}/labels.txt`),
		});
		expect(classNames).toHaveLength(21);
		for (const name of ["2011_000003", "2011_000006", "2011_000025"]) {
			const png = `${base}/data_dataset_voc/SegmentationClass/${name}.png`;
			const truth = decodeMask(read(png), png, () => {});
			expect(differing(await values(name), truth.values)).toBe(0);
		}
		const npy = `${base}/data_dataset_voc/SegmentationClassNpy/2011_000003.npy`;
		const { data } = parseNpy(read(npy), npy);
		const ignored = Uint8Array.from(data, (v) => (v === -1 ? 255 : v));
		expect(differing(await values("2011_000003"), ignored)).toBe(0);
		// labels.txt beside the folder of JSON files is found from the folder above.
		const above = await list(base, { layout: "labelme" });
		expect(above.classNames?.[20]).toBe("tv/monitor");
	});

	test("labelme: embedded image, JSON named as its own image, alphabetical classes", async () => {
		const { values, classNames, items } = await list(
			"labelme-examples/tutorial",
		);
		expect(classNames?.map((n) => (n === "background" ? `_${n}_` : n))).toEqual(
			read("labelme-examples/tutorial/apc2016_obj3/label_names.txt")
				.toString()
				.trim()
				.split("\n"),
		);
		const png = "labelme-examples/tutorial/apc2016_obj3/label.png";
		const truth = decodeMask(read(png), png, () => {});
		// Pillow 9.1 drew this one: at the corner (522, 711) it moved the wrong end of a row.
		const ours = await values(items[0].name);
		const gap = Array.from({ length: 8 }, (_, i) => 711 * 1210 + 523 + i);
		const wrong = [...ours.keys()].filter((i) => ours[i] !== truth.values[i]);
		expect(wrong).toEqual(gap);
		expect((await items[0].readImage())[0]).toBe(0xff);
	});

	test("labelme: instances cover what SegmentationObject has, less what is ignored", async () => {
		const base = "labelme-examples/instance_segmentation";
		const names = ["2011_000003", "2011_000006", "2011_000025"];
		// The photographs lie with the other example.
		const photos = "labelme-examples/semantic_segmentation/data_annotated";
		const files = names.flatMap((name) => [
			[`${name}.json`, read(`${base}/data_annotated/${name}.json`)] as const,
			[`${name}.jpg`, read(`${photos}/${name}.jpg`)] as const,
		]);
		const { values } = await list(folderWith(Object.fromEntries(files)));
		for (const name of names) {
			const png = `${base}/data_dataset_voc/SegmentationObject/${name}.png`;
			const objects = decodePng(read(png), png).samples;
			const classes = await values(name);
			const covered = classes.map((v) => Number(v !== 0 && v !== 255));
			const wanted = Uint8Array.from(objects, (v) => Number(v !== 0));
			expect(differing(covered, wanted)).toBe(0);
		}
	});

	test("labelme: each type of shape is drawn", async () => {
		const { values, classNames = [] } = await list(
			"labelme-examples/primitives",
		);
		const counts = histogram(await values("primitives"));
		for (const [i, name] of classNames.entries()) {
			expect([name, counts.get(i) ?? 0]).not.toEqual([name, 0]);
		}
		// A disc of radius 5 in Pillow.
		expect(counts.get(classNames.indexOf("point"))).toBe(97);
	});

	test("a zip of a folder is the folder", async () => {
		const base = join(ROOT, "camvid-subset/CamVid");
		const files: Record<string, Uint8Array> = {};
		for (const folder of ["val", "valannot", "train", "trainannot"]) {
			for (const name of readdirSync(join(base, folder)).slice(0, 2)) {
				const path = join(base, folder, name);
				if (statSync(path).isFile()) {
					files[`CamVid/${folder}/${name}`] = readFileSync(path);
				}
			}
		}
		files["__MACOSX/CamVid/._x.png"] = new Uint8Array(3);
		const dir = folderWith({ "camvid.zip": zipSync(files, { level: 0 }) });
		const events = { warn: () => {} };
		const { set, layout } = await loadSet(join(dir, "camvid.zip"), {}, events);
		expect([layout, set.count, set.classes]).toEqual(["camvid", 4, 11]);
		// A folder with nothing but the archive will do.
		const again = (await loadSet(dir, {}, events)).set;
		expect(again.names).toEqual(set.names);
		for (let i = 0; i < set.count; i++) {
			const [a, b] = [await set.read(i), await again.read(i)];
			expect(differing(a.image, b.image)).toBe(0);
			expect(differing(a.labels, b.labels)).toBe(0);
		}
	});

	test("an npz is a folder of npy files", async () => {
		const files = {
			"images.npy": read("m2nist-sample/combined_sample.npy"),
			"labels.npy": read("m2nist-sample/segmented_sample.npy"),
		};
		const dir = folderWith({ "m2nist.npz": zipSync(files) });
		const events = { warn: () => {} };
		const { set } = await loadSet(join(dir, "m2nist.npz"), {}, events);
		const plain = await load("m2nist-sample");
		expect(await set.read(7)).toEqual(await plain.set.read(7));
		expect(set.count).toBe(10);
	});
});

interface Annotation {
	readonly image_id: number;
	readonly iscrowd: number;
	readonly area: number;
	readonly segmentation: unknown;
}

function pixelsOf({ count, height, width }: LabelledSource): number {
	return count * height * width;
}

/** The names in a labelme label file without `__ignore__`. */
function labelNames(path: string): string[] {
	return read(path).toString().trim().split("\n").slice(1);
}

function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
	expect(a.length).toBe(b.length);
	let count = 0;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
	return count;
}
