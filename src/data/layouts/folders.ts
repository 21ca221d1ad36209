// Node only: reads files.
import { DataError, UsageError } from "../errors.ts";
import { looksLikeImage } from "../image.ts";
import type { LoadOptions } from "../load-options.ts";
import { filesOf, hasFolder, joinPath, type Tree } from "../tree.ts";
import type { Layout, Listing } from "./layout.ts";
import { maskedItem } from "./masked.ts";
import { maskName, orphansOfPairs, pairFiles } from "./pair-files.ts";

/** Folder names tried in order, images and their masks. */
const IMAGE_FOLDERS = ["images", "image", "imgs", "JPEGImages"];
const MASK_FOLDERS = [
	"masks",
	"mask",
	"labels",
	"label",
	"annotations/trimaps",
	"annotations",
	"SegmentationClass",
];

/** A folder of images beside a folder of masks, or both in one, paired by name. */
export const folders: Layout = {
	name: "folders",
	about: "images/ and masks/, paired by name",
	takesPaths: true,
	recognises: async (tree) =>
		(await foldersIn(tree, IMAGE_FOLDERS)).length > 0 ||
		(await mixedFolder(tree)),
	open: openFolders,
};

async function openFolders(tree: Tree, options: LoadOptions): Promise<Listing> {
	const { imagesPath, masksPath, pair } = options;
	const mixed =
		imagesPath === undefined &&
		masksPath === undefined &&
		(await foldersIn(tree, IMAGE_FOLDERS)).length === 0 &&
		(await mixedFolder(tree));
	const images = mixed ? "" : await imagesFolder(tree, imagesPath);
	const masks = mixed ? "" : await masksFolder(tree, masksPath);
	for (const folder of [images, masks]) {
		const kind = await tree.kind(folder);
		if (kind === "folder") continue;
		throw new DataError(
			kind === "missing"
				? "does not exist; check the path"
				: "is a file; give the folder it is in, or a .npy file",
			tree.shown(folder),
		);
	}
	let imageFiles = await filesOf(tree, images, looksLikeImage);
	let maskFiles = await filesOf(tree, masks, looksLikeImage);
	if (images === masks) {
		maskFiles = maskFiles.filter((path) => maskName(path, pair));
		imageFiles = imageFiles.filter((path) => !maskFiles.includes(path));
	}
	for (const [folder, files] of [
		[images, imageFiles],
		[masks, maskFiles],
	] as const) {
		if (files.length > 0) continue;
		throw new DataError(
			"holds no PNG, JPEG or GIF; put the files there or give another folder",
			tree.shown(folder),
		);
	}
	const pairing = pairFiles(imageFiles, maskFiles, pair);
	return {
		items: pairing.pairs.map(({ image, mask }) =>
			maskedItem(tree, image, mask),
		),
		place: `${tree.shown(images)} and ${tree.shown(masks)}`,
		orphans: orphansOfPairs(pairing),
		orphansFix: pair
			? "image and mask names must fit --pair: add or rename files"
			: "image and mask need the same name before the extension: add or rename files, or say how masks are called with --pair",
	};
}

async function imagesFolder(tree: Tree, given?: string): Promise<string> {
	return given ?? one(tree, "images", await foldersIn(tree, IMAGE_FOLDERS));
}

async function masksFolder(tree: Tree, given?: string): Promise<string> {
	return (
		given ??
		one(tree, "masks", withoutParents(await foldersIn(tree, MASK_FOLDERS)))
	);
}

async function foldersIn(
	tree: Tree,
	candidates: readonly string[],
): Promise<string[]> {
	const found: string[] = [];
	for (const name of candidates) {
		if (await hasFolder(tree, name)) found.push(name);
	}
	return found;
}

/** True if the top holds images and, with an ending such as _mask, their masks. */
async function mixedFolder(tree: Tree): Promise<boolean> {
	const files = await filesOf(tree, "", looksLikeImage);
	return files.some((path) => maskName(path) !== undefined);
}

/** Leaves out `annotations` when `annotations/trimaps` is there too. */
function withoutParents(found: readonly string[]): string[] {
	return found.filter(
		(folder) => !found.some((other) => other.startsWith(`${folder}/`)),
	);
}

function one(
	tree: Tree,
	what: "images" | "masks",
	found: readonly string[],
): string {
	if (found.length > 1) {
		throw new DataError(
			`holds ${found.join(" and ")}, any of which may be the ${what}; choose one with --${what} PATH`,
			tree.shown(""),
		);
	}
	if (found.length === 0) {
		throw new UsageError(
			`${tree.shown("")}: has no folder that is called like ${what}; name it with --${what} PATH`,
		);
	}
	return joinPath(found[0]);
}
