import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { checkSet } from "../../src/data/check-set.ts";
import { decodeImage } from "../../src/data/image.ts";
import { readSize } from "../../src/data/image-header.ts";
import { LAYOUTS } from "../../src/data/layouts/index.ts";
import { isListing } from "../../src/data/layouts/layout.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { parseNpy } from "../../src/data/npy.ts";
import { readItems } from "../../src/data/read-items.ts";
import { decodeRuns, fillRuns } from "../../src/data/rle.ts";
import { memoryTree } from "../../src/data/tree.ts";
import { readZip } from "../../src/data/zip.ts";
import { damaged, holds } from "./damaged.ts";
import { published } from "./layouts/published.ts";
import { folderWith } from "./load-fixture.ts";

const bytesOf = (content: Uint8Array | string) =>
	typeof content === "string" ? Buffer.from(content) : content;
const silent = { warn: () => {} };

test("archives: damaged ones give DataError only", async () => {
	const files = published.npy as Record<string, Uint8Array>;
	for (const level of [0, 6] as const) {
		const archive = zipSync(files, { level });
		await holds(
			damaged(archive),
			(bytes) => void readZip(bytes, "a.zip"),
			2000,
		);
	}
});

test("runs: no text makes the reader fail otherwise, or take long", async () => {
	const canvas = { height: 6, width: 5, values: new Uint8Array(30) };
	const text = fc.oneof(
		fc.string({ maxLength: 30 }),
		fc.string({ unit: fc.constantFrom(..."059PZ_`o~"), maxLength: 30 }),
	);
	await holds(
		text,
		(runs) => fillRuns(canvas, decodeRuns(runs, "a.json"), 1, "a.json"),
		5000,
	);
	const counts = fc.array(fc.oneof(fc.nat(40), fc.double(), fc.integer()));
	await holds(counts, (runs) => fillRuns(canvas, runs, 1, "a.json"), 5000);
});

/** Puts something else in the place of a value anywhere in a JSON. */
function changed(json: string): fc.Arbitrary<string> {
	const odd = fc.oneof(
		fc.constantFrom<unknown>(null, true, "", "x", [], {}, [[]], -1, 0, 1.5),
		fc.constantFrom<unknown>(1e9, -1e300, 2 ** 53, "NaN", [1, 2, 3], "../../x"),
	);
	const paths = pathsOf(JSON.parse(json));
	const swap = fc.tuple(fc.constantFrom(...paths), odd);
	return fc.array(swap, { minLength: 1, maxLength: 3 }).map((swaps) => {
		const root = { value: JSON.parse(json) };
		for (const [path, value] of swaps) {
			let at: unknown = root;
			for (const key of ["value", ...path].slice(0, -1)) {
				at = (at as Record<string, unknown> | null)?.[key];
			}
			const last = ["value", ...path].at(-1) as string;
			if (typeof at === "object" && at !== null) {
				(at as Record<string, unknown>)[last] = structuredClone(value);
			}
		}
		return JSON.stringify(root.value);
	});
}

function pathsOf(value: unknown, path: string[] = []): string[][] {
	if (typeof value !== "object" || value === null) return [path];
	const below = Object.entries(value).flatMap(([key, each]) =>
		pathsOf(each, [...path, key]),
	);
	return [path, ...below];
}

test.each(["coco", "ochuman", "labelme"])(
	"%s: odd and damaged JSON gives clear errors only",
	async (name) => {
		const files = published[name];
		const json = Object.keys(files).find((path) => path.endsWith(".json"));
		if (json === undefined) expect.fail();
		const layout = LAYOUTS.find((each) => each.name === name);
		const text = files[json] as string;
		const altered = fc.oneof(
			changed(text).map((other) => Buffer.from(other) as Uint8Array),
			damaged(Buffer.from(text)),
		);
		await holds(
			altered,
			async (bytes) => {
				const all = { ...files, [json]: bytes };
				const tree = memoryTree(
					new Map(Object.entries(all).map(([p, c]) => [p, bytesOf(c)])),
					"set",
				);
				await layout?.recognises(tree, {});
				const opened = await layout?.open(tree, {}, silent);
				if (!opened || !isListing(opened)) return;
				const set = await readItems(opened, { size: [3, 3] }, silent);
				for (let i = 0; i < set.count; i++) await set.read(i);
			},
			1500,
		);
	},
);

test("a set any of whose files is damaged is checked to its end", async () => {
	const sets = Object.entries(published).flatMap(([name, files]) =>
		Object.keys(files).map((path) => [name, path] as const),
	);
	const one = fc.constantFrom(...sets).chain(([name, path]) =>
		damaged(bytesOf(published[name][path])).map((bytes) => ({
			...published[name],
			[path]: bytes,
		})),
	);
	const divide = () => ({ train: [], val: [], test: [] });
	await holds(
		one,
		async (files) => {
			await checkSet(folderWith(files), {}, divide, undefined);
		},
		400,
	);
});

// Real sets lie beside the repository on some machines only.
const ROOT = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const real = [
	"oxford-iiit-pet-subset/images/Abyssinian_34.jpg",
	"oxford-iiit-pet-subset/images/Bengal_157.jpg",
	"oxford-iiit-pet-subset/annotations/trimaps/Abyssinian_120.png",
	"labelme-examples/semantic_segmentation/data_dataset_voc/SegmentationClass/2011_000003.png",
	"m2nist-sample/combined_sample.npy",
];

test.skipIf(!existsSync(ROOT)).each(real)(
	"damaged copies of %s give DataError only",
	async (path) => {
		const bytes = readFileSync(join(ROOT, path));
		await holds(
			damaged(bytes),
			(copy) => {
				if (path.endsWith(".npy")) {
					parseNpy(copy, "a.npy");
					return;
				}
				readSize(copy);
				decodeImage(copy, "a.png", () => {});
				decodeMask(copy, "a.png", () => {});
			},
			100,
		);
	},
);
