// Node only: reads files.
import { DataError } from "../errors.ts";
import { looksLikeImage, type Warn } from "../image.ts";
import { decodeMask, type Mask } from "../mask.ts";
import type { Size } from "../resize.ts";
import { filesOf, hasFolder, joinPath, nameOf, type Tree } from "../tree.ts";
import { type Item, type Layout, orphansOf } from "./layout.ts";

/**
 * The 2018 Data Science Bowl: a folder per image with `images/ID.png` and
 * `masks/*.png`, one mask per nucleus. A pixel is nucleus where any mask is
 * not 0.
 */
export const dsb: Layout = {
	name: "dsb",
	about: "ID/images/ID.png, ID/masks/*.png, one per nucleus",
	async recognises(tree) {
		const base = await baseOf(tree);
		const [first] = await tree.list(base);
		if (first === undefined) return false;
		return (
			(await hasFolder(tree, joinPath(base, first, "images"))) &&
			(await hasFolder(tree, joinPath(base, first, "masks")))
		);
	},
	async open(tree) {
		const base = await baseOf(tree);
		const items: Item[] = [];
		const without: string[] = [];
		for (const id of await tree.list(base)) {
			const folder = joinPath(base, id);
			if (!(await hasFolder(tree, folder))) continue;
			const image = (await imagesIn(tree, joinPath(folder, "images")))[0];
			const masks = await imagesIn(tree, joinPath(folder, "masks"));
			if (image && masks.length > 0) {
				items.push(nucleiItem(tree, image, masks));
			} else without.push(id);
		}
		return {
			items,
			place: tree.shown(base),
			classNames: ["background", "nucleus"],
			orphans: orphansOf("no image or no masks in", without),
			orphansFix: "add the files",
		};
	},
};

async function baseOf(tree: Tree): Promise<string> {
	return (await hasFolder(tree, "stage1_train")) ? "stage1_train" : "";
}

async function imagesIn(tree: Tree, folder: string): Promise<string[]> {
	if (!(await hasFolder(tree, folder))) return [];
	return filesOf(tree, folder, looksLikeImage);
}

function nucleiItem(tree: Tree, image: string, masks: readonly string[]): Item {
	return {
		name: nameOf(image),
		image,
		truth: joinPath(image, "../../masks"),
		readImage: () => tree.read(image),
		readMask: (size, warn) => union(tree, masks, size, warn),
	};
}

async function union(
	tree: Tree,
	masks: readonly string[],
	{ height, width }: Size,
	warn: Warn,
): Promise<Mask> {
	const values = new Uint8Array(height * width);
	for (const path of masks) {
		const mask = decodeMask(await tree.read(path), path, warn);
		if (mask.height !== height || mask.width !== width) {
			throw new DataError(
				`is ${mask.height}x${mask.width} (height x width) but its image is ${height}x${width}; export one of them again at the other's size`,
				path,
			);
		}
		for (let i = 0; i < values.length; i++) {
			if (mask.values[i] !== 0) values[i] = 1;
		}
	}
	return { height, width, values };
}
