// Node only: reads the disk.
import { basename, extname, isAbsolute, join } from "node:path";
import { DataError, formatList, UsageError } from "./errors.ts";
import { kindOf, listFolder, stemOf } from "./files.ts";
import { loadFolders } from "./folder-set.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { loadNpyPair } from "./npy-set.ts";
import type { SegmentationSet } from "./segmentation-set.ts";

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

/** Words in .npy names that tell images from labels. */
const IMAGE_WORDS = ["image", "images", "imgs", "img", "combined", "x"];
const MASK_WORDS = [
	"label",
	"labels",
	"mask",
	"masks",
	"segmented",
	"segmentation",
	"y",
];

/**
 * Reads the set in a folder, whichever of two layouts it has: a pair of .npy
 * files (images N,H,W[,C]; labels N,H,W or one-hot N,H,W,K), or a folder of
 * images beside a folder of masks (`images` with `masks`, `labels` or
 * `annotations/trimaps`, VOC's `JPEGImages` with `SegmentationClass`, ...).
 * Throws DataError or UsageError with the file at fault and the fix.
 */
export async function loadSet(
	dir: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<SegmentationSet> {
	checkOptions(options);
	const names = await listFolder(dir);
	if (names.length === 0 && !(options.imagesPath && options.masksPath)) {
		throw new DataError(
			"is empty; put a folder of images and a folder of masks there, or a pair of .npy files",
			dir,
		);
	}
	const [images, masks] = await findParts(dir, names, options);
	const kinds = [await kindOf(images), await kindOf(masks)];
	for (const [i, path] of [images, masks].entries()) {
		if (kinds[i] === "missing") {
			throw new DataError("does not exist; check the path", path);
		}
		if (kinds[i] === "file" && !isNpy(path)) {
			throw new DataError(
				"is a file; give the folder it is in, or a .npy file",
				path,
			);
		}
	}
	if (kinds[0] !== kinds[1]) {
		throw new DataError(
			`${images} is a ${kinds[0]} but ${masks} is a ${kinds[1]}; give two folders or two .npy files`,
		);
	}
	return kinds[0] === "file"
		? loadNpyPair(images, masks, options, events)
		: loadFolders(dir, images, masks, options, events);
}

function checkOptions({ size, classes }: LoadOptions): void {
	if (size && !size.every((n) => Number.isInteger(n) && n > 0)) {
		throw new UsageError(
			`the size ${size.join("x")} makes no sense; give --size HxW in whole pixels, for example --size 128x128`,
		);
	}
	if (
		classes !== undefined &&
		!(Number.isInteger(classes) && classes >= 1 && classes <= 255)
	) {
		throw new UsageError(
			`${classes} classes make no sense; give --classes a whole number from 1 to 255`,
		);
	}
}

function isNpy(name: string): boolean {
	return extname(name).toLowerCase() === ".npy";
}

async function findParts(
	dir: string,
	names: readonly string[],
	options: LoadOptions,
): Promise<[images: string, masks: string]> {
	const within = (path: string) => (isAbsolute(path) ? path : join(dir, path));
	let images = options.imagesPath && within(options.imagesPath);
	let masks = options.masksPath && within(options.masksPath);
	if (!images || !masks) {
		const npy = names.filter(isNpy);
		const [npyImages, npyMasks] = npyPair(npy);
		const npyWanted = [images, masks].some((path) => path && isNpy(path));
		const folders = npyWanted ? [] : await foldersIn(dir, IMAGE_FOLDERS);
		if (folders.length > 0 || npy.length === 0) {
			images ??= one(dir, "images", folders);
			const found = await foldersIn(dir, MASK_FOLDERS);
			masks ??= one(dir, "masks", withoutParents(found));
		} else {
			images ??= npyImages && join(dir, npyImages);
			masks ??= npyMasks && join(dir, npyMasks);
		}
	}
	if (!images || !masks) {
		throw new DataError(
			`holds ${formatList([...names])}, in which images and masks cannot be told apart; name them with --images PATH --masks PATH`,
			dir,
		);
	}
	return [images, masks];
}

async function foldersIn(
	dir: string,
	candidates: readonly string[],
): Promise<string[]> {
	const found: string[] = [];
	for (const name of candidates) {
		if ((await kindOf(join(dir, name))) === "folder") found.push(name);
	}
	return found;
}

/** Leaves out `annotations` when `annotations/trimaps` is there too. */
function withoutParents(folders: readonly string[]): string[] {
	return folders.filter(
		(folder) => !folders.some((other) => other.startsWith(`${folder}/`)),
	);
}

function one(
	dir: string,
	what: "images" | "masks",
	folders: readonly string[],
): string | undefined {
	if (folders.length > 1) {
		throw new DataError(
			`holds ${folders.join(" and ")}, any of which may be the ${what}; choose one with --${what} PATH`,
			dir,
		);
	}
	return folders.length === 1 ? join(dir, folders[0]) : undefined;
}

/** The .npy files for images and labels, as far as their names tell. */
function npyPair(
	names: readonly string[],
): [images: string | undefined, masks: string | undefined] {
	const having = (words: readonly string[]) =>
		names.filter((name) =>
			basename(stemOf(name))
				.toLowerCase()
				.split(/[^a-z]+/)
				.some((word) => words.includes(word)),
		);
	const masks = having(MASK_WORDS);
	// label_images.npy holds labels: the mask words decide first.
	const images = having(IMAGE_WORDS).filter((name) => !masks.includes(name));
	if (names.length === 2) {
		if (images.length === 1) {
			return [images[0], names.find((name) => name !== images[0])];
		}
		if (masks.length === 1) {
			return [names.find((name) => name !== masks[0]), masks[0]];
		}
	}
	return [
		images.length === 1 ? images[0] : undefined,
		masks.length === 1 ? masks[0] : undefined,
	];
}
