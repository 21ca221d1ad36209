import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { histogram } from "../../src/data/histogram.ts";
import { decodeImage } from "../../src/data/image.ts";
import { classHistogram, sourceOf } from "../../src/data/labelled-source.ts";
import type { LoadOptions } from "../../src/data/load-options.ts";
import { loadSet } from "../../src/data/load-set.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { parseNpy } from "../../src/data/npy.ts";
import { decodePng } from "../../src/data/png.ts";
import { gather } from "./load-fixture.ts";

// Real sets lie beside the repository on some machines only.
const ROOT = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const present = existsSync(ROOT);
if (!present) console.log("skipped: ../shared/data with real sets is absent");

const read = (...path: string[]) => readFileSync(join(ROOT, ...path));
const noWarning = (message: string) => expect.fail(message);

async function load(dir: string, options: LoadOptions) {
	const warnings: string[] = [];
	const warn = (message: string) => warnings.push(message);
	const { set: source } = await loadSet(join(ROOT, dir), options, { warn });
	const set = await gather(source);
	return { set, warnings };
}

describe.skipIf(!present)("real sets (../shared/data)", () => {
	test("pets: 152 pairs, trimaps to classes, false .jpg names warned about", async () => {
		const { set, warnings } = await load("oxford-iiit-pet-subset", {
			size: [48, 64],
			map: { 1: 1, 2: 0 },
			ignore: [3],
		});
		expect(set).toMatchObject({
			count: 152,
			height: 48,
			width: 64,
			channels: 3,
			classes: 2,
			scale: 1 / 255,
		});
		expect(Object.keys(set)).toHaveLength(9);
		expect(warnings).toEqual([
			"images/Abyssinian_5.jpg: is a PNG despite its name and is read as one",
			"images/Abyssinian_34.jpg: is a GIF despite its name and is read as one",
		]);
		const { counts, ignored } = classHistogram(sourceOf(set));
		const share = (n: number) => n / set.labels.length;
		// 27.3 % pet, 61.2 % background, 11.5 % border over all full-size pixels.
		expect(share(counts[1])).toBeGreaterThan(0.22);
		expect(share(counts[1])).toBeLessThan(0.33);
		expect(share(ignored)).toBeGreaterThan(0.08);
		expect(share(ignored)).toBeLessThan(0.15);
	}, 60_000);

	test("pets: trimap shares are those of the description", () => {
		const totals = [0, 0, 0, 0];
		const folder = "oxford-iiit-pet-subset/annotations/trimaps";
		for (const name of readdirSync(join(ROOT, folder))) {
			const { values } = decodeMask(read(folder, name), name, noWarning);
			for (const [value, count] of histogram(values)) totals[value] += count;
		}
		const all = totals.reduce((sum, n) => sum + n, 0);
		const percent = totals.map((n) => Math.round((1000 * n) / all) / 10);
		expect(percent).toEqual([0, 27.3, 61.2, 11.5]);
	});

	test("pets: pixels agree with Pillow, exactly where the format is lossless", () => {
		const image = (stem: string) =>
			decodeImage(
				read("oxford-iiit-pet-subset/images", `${stem}.jpg`),
				"x",
				() => {},
			);
		// crc32 of Image.open(...).convert("RGB").tobytes()
		expect(crc32(image("Abyssinian_34").data)).toBe(381_257_075);
		expect(crc32(image("Abyssinian_5").data)).toBe(1_085_850_425);
		// Mean colour; 17 has an EXIF orientation of 0, 120 and 157 are progressive.
		for (const [stem, height, width, mean] of [
			["Abyssinian_120", 400, 267, [135.462, 86.967, 41.189]],
			["Abyssinian_17", 411, 275, [156.539, 148.432, 140.827]],
			["Bengal_157", 246, 262, [97.457, 91.095, 84.338]],
		] as const) {
			const { data, ...size } = image(stem);
			expect(size).toEqual({ height, width, channels: 3 });
			for (const [c, wanted] of mean.entries()) {
				let sum = 0;
				for (let i = c; i < data.length; i += 3) sum += data[i];
				expect(Math.abs(sum / (height * width) - wanted)).toBeLessThan(0.7);
			}
		}
	});

	test("camvid: 12 values, void ignored", async () => {
		const { set, warnings } = await load("camvid-subset/CamVid", {
			imagesPath: "val",
			masksPath: "valannot",
			ignore: [11],
		});
		expect(warnings).toEqual([]);
		expect(set).toMatchObject({
			count: 8,
			height: 360,
			width: 480,
			classes: 11,
		});
		expect(set.channels).toBe(3);
		expect(classHistogram(sourceOf(set)).ignored).toBeGreaterThan(0);
	});

	test("isbi: gray, numbered names in order, 255 is class 1", async () => {
		const dir = "isbi2012-em/membrane/train";
		const { set } = await load(dir, {});
		expect(set).toMatchObject({
			count: 24,
			height: 512,
			channels: 1,
			classes: 2,
		});
		expect(set.names).toEqual(Array.from({ length: 24 }, (_, i) => `${i}.png`));
		const { counts } = classHistogram(sourceOf(set));
		expect(Math.round((1000 * counts[0]) / set.labels.length)).toBe(225);
	});

	test("m2nist: one-hot labels, digit where the pixel is above 0", async () => {
		const { set, warnings } = await load("m2nist-sample", {});
		expect(warnings).toEqual([]);
		expect(set).toMatchObject({
			count: 10,
			height: 64,
			width: 84,
			channels: 1,
			classes: 11,
		});
		expect(set.images).toBeInstanceOf(Uint8Array);
		for (let i = 0; i < set.labels.length; i++) {
			if (set.images[i] > 0 !== set.labels[i] < 10) expect.fail(`pixel ${i}`);
		}
	});

	test("labelme: palette masks are indices, as the .npy beside them says", async () => {
		const dir = "labelme-examples/semantic_segmentation/data_dataset_voc";
		const path = "SegmentationClass/2011_000003.png";
		const { values } = decodeMask(read(dir, path), basename(path), noWarning);
		// Counts and crc32 as Pillow reads them.
		expect(Object.fromEntries(histogram(values))).toEqual({
			0: 125_767,
			5: 873,
			15: 32_900,
			255: 9460,
		});
		expect(crc32(values as Uint8Array)).toBe(4_203_620_350);
		expect(decodePng(read(dir, path), path).palette?.[15]).toEqual([
			192, 128, 128,
		]);
		const npy = "SegmentationClassNpy/2011_000003.npy";
		const { data, shape } = parseNpy(read(dir, npy), npy);
		expect(shape).toEqual([338, 500]);
		expect([...values].map((v) => (v === 255 ? -1 : v))).toEqual([...data]);

		const { set } = await load(dir, {
			size: [94, 125],
			ignore: [255],
			classes: 21,
		});
		expect(set).toMatchObject({ count: 3, classes: 21, channels: 3 });
		const { counts, ignored } = classHistogram(sourceOf(set));
		const found = counts.flatMap((n, id) => (n > 0 ? [id] : []));
		expect(found).toEqual([0, 5, 6, 7, 9, 15, 18]);
		expect(ignored).toBeGreaterThan(0);
	});
});
