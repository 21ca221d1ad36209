// Node only: reads files; the npm package valibot.
import * as v from "valibot";
import { fromBase64 } from "../bytes.ts";
import type { Canvas } from "../canvas.ts";
import { DataError, formatList, UsageError } from "../errors.ts";
import type { LoadOptions } from "../load-options.ts";
import { IGNORE } from "../segmentation-set.ts";
import {
	filesOf,
	hasFolder,
	joinPath,
	nameOf,
	readJson,
	type Tree,
} from "../tree.ts";
import { brokenItem, checkBackground } from "./drawn.ts";
import { drawShape, shape } from "./labelme-shapes.ts";
import { type Item, type Layout, orphansOf } from "./layout.ts";
import { readClassNames } from "./lists.ts";
import { check, pixels } from "./segmentation.ts";

const file = v.object({
	shapes: v.array(shape),
	imagePath: v.nullish(v.string()),
	imageData: v.nullish(v.string()),
	imageHeight: v.nullish(pixels),
	imageWidth: v.nullish(pixels),
});

type LabelmeFile = v.InferOutput<typeof file>;

/** Labels that labelme's own exporters treat in a way of their own. */
const IGNORED = "__ignore__";
const BACKGROUND = "_background_";

/**
 * labelme 4 and 5: a JSON per image, beside it or with the image inside. Later
 * shapes cover earlier ones, `__ignore__` is ignored. The classes are those of
 * `--classes`, else of a `labels.txt`, else all labels in alphabetical order
 * behind the background. Drawn as labelme does, pixel for pixel.
 */
export const labelme: Layout = {
	name: "labelme",
	about: "a labelme JSON per image",
	async recognises(tree) {
		// The first may be damaged.
		for (const path of (await findJson(tree)).paths.slice(0, 3)) {
			const value = await readJson(tree, path).catch(() => undefined);
			const { shapes } = (value ?? {}) as { shapes?: unknown };
			if (Array.isArray(shapes)) return true;
		}
		return false;
	},
	async open(tree, options) {
		const { folder, paths } = await findJson(tree);
		const files: [string, LabelmeFile][] = [];
		const items: Item[] = [];
		const lost: string[] = [];
		const labels = new Set<string>();
		for (const path of paths) {
			const content = await readFile(tree, path);
			if (content instanceof DataError) {
				items.push(brokenItem(path, content));
				continue;
			}
			for (const { label } of content.shapes) labels.add(label);
			files.push([path, content]);
		}
		const names = await classNames(tree, folder, labels, options);
		for (const [path, content] of files) {
			const item = await itemOf(tree, path, content, names);
			if (item) items.push(item);
			else lost.push(content.imagePath ?? nameOf(path));
		}
		return {
			items,
			place: tree.shown(folder),
			labels: { ignore: [IGNORE] },
			classNames: names,
			orphans: orphansOf("no image file for", lost),
			orphansFix: "put the images beside the JSON files",
		};
	},
};

/** A file's content, or what is wrong with it: other files may be whole. */
async function readFile(
	tree: Tree,
	path: string,
): Promise<LabelmeFile | DataError> {
	try {
		return check(file, await readJson(tree, path), path);
	} catch (error) {
		if (error instanceof DataError) return error;
		throw error;
	}
}

/** The JSON files of the top or of a folder usual for them. */
async function findJson(
	tree: Tree,
): Promise<{ folder: string; paths: string[] }> {
	for (const folder of ["", "data_annotated", "annotations", "labels"]) {
		if (!(await hasFolder(tree, folder))) continue;
		const paths = await filesOf(tree, folder, (n) => /\.json$/i.test(n));
		if (paths.length > 0) return { folder, paths };
	}
	return { folder: "", paths: [] };
}

/** Throws UsageError when a label that occurs is not among the classes. */
async function classNames(
	tree: Tree,
	folder: string,
	labels: ReadonlySet<string>,
	options: LoadOptions,
): Promise<string[]> {
	const listed =
		options.classNames ??
		(await readClassNames(tree, joinPath(folder, "labels.txt"))) ??
		(await readClassNames(tree, "labels.txt"));
	const plain = (name: string) => (name === BACKGROUND ? "background" : name);
	if (!listed) {
		const found = [...labels].filter(
			(label) => label !== IGNORED && label !== BACKGROUND,
		);
		return ["background", ...found.sort()];
	}
	const names = listed.filter((name) => name !== IGNORED).map(plain);
	checkBackground(names);
	const unknown = [...labels].filter(
		(label) => label !== IGNORED && !names.includes(plain(label)),
	);
	if (unknown.length > 0 && !options.classNames) {
		throw new UsageError(
			`labels.txt lacks the labels ${formatList(unknown)}; add them there, or choose with --classes background,A,B`,
		);
	}
	return names;
}

async function itemOf(
	tree: Tree,
	path: string,
	content: LabelmeFile,
	names: readonly string[],
): Promise<Item | undefined> {
	const { shapes, imagePath, imageData, imageHeight, imageWidth } = content;
	const beside = imagePath
		? joinPath(path, "..", imagePath.replaceAll("\\", "/"))
		: undefined;
	const found =
		beside !== undefined &&
		!/\.json$/i.test(beside) &&
		(await tree.kind(beside)) === "file";
	if (!imageData && !found) return undefined;
	const embedded = imageData ? fromBase64(imageData) : undefined;
	return {
		name: nameOf(path).replace(/\.json$/i, ""),
		image: embedded || !beside ? path : beside,
		truth: path,
		readImage: async () => embedded ?? tree.read(beside as string),
		async readMask(size) {
			const height = imageHeight ?? size.height;
			const width = imageWidth ?? size.width;
			const fits = height === size.height && width === size.width;
			const values = new Uint8Array(fits ? height * width : 0);
			if (fits) drawAll({ height, width, values }, shapes, names, path);
			return { height, width, values };
		},
	};
}

function drawAll(
	canvas: Canvas,
	shapes: LabelmeFile["shapes"],
	names: readonly string[],
	path: string,
): void {
	for (const [i, each] of shapes.entries()) {
		const name = each.label === BACKGROUND ? "background" : each.label;
		const id = name === IGNORED ? IGNORE : names.indexOf(name);
		// A label that --classes does not name is left undrawn.
		if (id < 0) continue;
		try {
			drawShape(canvas, each, id);
		} catch (cause) {
			if (!(cause instanceof DataError)) throw cause;
			throw new DataError(
				`shape ${i + 1} (${each.label}) ${cause.message}`,
				path,
			);
		}
	}
}
