// Node only: reads files; the npm package valibot.
import * as v from "valibot";
import type { Canvas } from "../canvas.ts";
import { DataError, formatList, UsageError } from "../errors.ts";
import { looksLikeImage } from "../image.ts";
import type { LoadOptions } from "../load-options.ts";
import { IGNORE } from "../segmentation-set.ts";
import {
	filesBelow,
	filesOf,
	hasFolder,
	joinPath,
	nameOf,
	readJson,
	type Tree,
} from "../tree.ts";
import { checkBackground, drawnItem } from "./drawn.ts";
import { type Item, type Layout, orphansOf, type Parts } from "./layout.ts";
import {
	check,
	drawSegmentation,
	pixels,
	segmentation,
} from "./segmentation.ts";

const image = v.object({
	id: v.union([v.number(), v.string()]),
	file_name: v.string(),
	height: pixels,
	width: pixels,
});
const category = v.object({ id: v.number(), name: v.string() });
const annotation = v.object({
	image_id: v.union([v.number(), v.string()]),
	category_id: v.number(),
	iscrowd: v.optional(v.union([v.number(), v.boolean()])),
	segmentation,
});

type CocoImage = v.InferOutput<typeof image>;

/**
 * COCO's instances: `annotations/instances_PART.json` with the images in `PART`,
 * or one JSON of that form beside the images. Class 0 is background, the
 * categories follow by their ids; `--classes background,person` chooses.
 * Polygons and runs are filled as pycocotools does, later annotations over
 * earlier ones; crowds are ignored where nothing else is.
 */
export const coco: Layout = {
	name: "coco",
	about: "annotations/instances_*.json with polygons or RLE, and images",
	takesPaths: true,
	recognises: async (tree, { masksPath }) =>
		(await jsonFiles(tree, masksPath)).length > 0,
	async open(tree, options) {
		const paths = await jsonFiles(tree, options.masksPath);
		if (paths.length === 0) {
			throw new DataError(
				"holds no JSON with images, annotations and categories; name it with --masks PATH",
				tree.shown(options.masksPath ?? ""),
			);
		}
		const find = await imageFinder(tree, options.imagesPath);
		const items: Item[] = [];
		const lost: string[] = [];
		const partOf = new Map<string, string[]>();
		let names: readonly string[] | undefined;
		for (const path of paths) {
			const file = await readCoco(tree, path, options);
			if (names && names.join() !== file.names.join()) {
				throw new DataError(
					`has other categories than ${paths[0]}; choose one file with --masks PATH`,
					tree.shown(path),
				);
			}
			names = file.names;
			const part = partName(path);
			const found: string[] = [];
			for (const each of file.images) {
				const place = find(each.file_name, part);
				if (place === undefined) {
					lost.push(each.file_name);
					continue;
				}
				const draw = (on: Canvas) => file.draw(each, on);
				items.push(drawnItem(tree, place, path, each, draw));
				found.push(nameOf(place));
			}
			partOf.set(part, found);
		}
		return {
			items,
			place: tree.shown(paths.length === 1 ? paths[0] : ""),
			labels: { ignore: [IGNORE] },
			classNames: names,
			...namedParts(partOf),
			orphans: orphansOf("no image file for", lost),
			orphansFix: "add the files",
		};
	},
};

/** `instances_train2017.json` gives `train2017`. */
function partName(path: string): string {
	return nameOf(path).replace(/^instances_|\.json$/gi, "");
}

function namedParts(parts: ReadonlyMap<string, string[]>): { parts?: Parts } {
	const starting = (word: string) =>
		[...parts].find(([name]) => name.startsWith(word))?.[1];
	const [train, valid] = [starting("train"), starting("val")];
	return train && valid ? { parts: { train, valid } } : {};
}

/** The annotation files: the one named, those called instances, or any of COCO's form. */
async function jsonFiles(tree: Tree, given?: string): Promise<string[]> {
	if (given !== undefined) return (await isCoco(tree, given)) ? [given] : [];
	const isJson = (name: string) => /\.json$/i.test(name);
	const found: string[] = [];
	for (const folder of ["annotations", ""]) {
		if (!(await hasFolder(tree, folder))) continue;
		const paths = await filesOf(tree, folder, isJson);
		const instances = paths.filter((path) =>
			nameOf(path).startsWith("instances"),
		);
		if (instances.length > 0) return instances;
		// A folder of labelme files has one JSON per image: their first tells.
		for (const path of paths.slice(0, 3)) {
			if (await isCoco(tree, path)) found.push(path);
		}
	}
	return found;
}

async function isCoco(tree: Tree, path: string): Promise<boolean> {
	if ((await tree.kind(path)) !== "file") return false;
	const value = await readJson(tree, path).catch(() => undefined);
	const fields = value as Record<string, unknown> | null | undefined;
	return ["images", "annotations", "categories"].every((field) =>
		Array.isArray(fields?.[field]),
	);
}

/** Finds images by their name in a file: as a path, beside it, or anywhere below. */
async function imageFinder(
	tree: Tree,
	folder = "",
): Promise<(name: string, part: string) => string | undefined> {
	const byName = new Map<string, string[]>();
	for (const path of await filesBelow(tree, folder, looksLikeImage)) {
		const name = nameOf(path);
		byName.set(name, [...(byName.get(name) ?? []), path]);
	}
	return (file, part) => {
		const paths = byName.get(nameOf(file.replaceAll("\\", "/"))) ?? [];
		const wanted = [joinPath(folder, part, file), joinPath(folder, file)];
		return (
			wanted.find((path) => paths.includes(path)) ??
			paths.find((path) => path.endsWith(`/${file}`)) ??
			paths[0]
		);
	};
}

interface CocoFile {
	readonly images: readonly CocoImage[];
	readonly names: readonly string[];
	draw(image: CocoImage, canvas: Canvas): void;
}

async function readCoco(
	tree: Tree,
	path: string,
	options: LoadOptions,
): Promise<CocoFile> {
	const value = await readJson(tree, path);
	const shape = v.object({
		images: v.array(image),
		categories: v.array(category),
		annotations: v.array(v.unknown()),
	});
	const file = check(shape, value, path);
	const { names, classOf } = classesOf(file.categories, options, path);
	const byImage = new Map<unknown, unknown[]>();
	for (const each of file.annotations) {
		const id = (each as Record<string, unknown> | null)?.image_id;
		const known = byImage.get(id);
		if (known) known.push(each);
		else byImage.set(id, [each]);
	}
	function draw({ id, file_name }: CocoImage, canvas: Canvas): void {
		const mine = (byImage.get(id) ?? [])
			.filter((each) =>
				classOf.has((each as { category_id?: unknown }).category_id),
			)
			.map((each) => check(annotation, each, `${path} (${file_name})`));
		// Crowds first, so that they hide nothing.
		const crowds = mine.filter(({ iscrowd }) => iscrowd);
		const others = mine.filter(({ iscrowd }) => !iscrowd);
		for (const each of [...crowds, ...others]) {
			const ink = each.iscrowd
				? IGNORE
				: (classOf.get(each.category_id) as number);
			drawSegmentation(
				canvas,
				each.segmentation,
				ink,
				`${path} (${file_name})`,
			);
		}
	}
	return { images: file.images, names, draw };
}

/** Class numbers of category ids: all, by id, or those that are named. */
function classesOf(
	categories: readonly v.InferOutput<typeof category>[],
	{ classNames }: LoadOptions,
	path: string,
): { names: readonly string[]; classOf: ReadonlyMap<unknown, number> } {
	const sorted = [...categories].sort((a, b) => a.id - b.id);
	// labelme's export lists its background as a category.
	const objects = sorted.filter(({ name }) => name !== "_background_");
	const names = classNames ?? ["background", ...objects.map((c) => c.name)];
	checkBackground(names);
	const known = new Map(objects.map(({ id, name }) => [name, id]));
	const classOf = new Map<unknown, number>();
	for (const [number, name] of names.entries()) {
		if (number === 0) continue;
		const id = known.get(name);
		if (id === undefined) {
			throw new UsageError(
				`--classes names ${name}, which is no category of ${path}; it has ${formatList([...known.keys()], 100)}`,
			);
		}
		classOf.set(id, number);
	}
	return { names, classOf };
}
