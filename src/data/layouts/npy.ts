// Node only: reads files.
import { DataError, formatList } from "../errors.ts";
import { stemOf } from "../files.ts";
import type { LoadOptions } from "../load-options.ts";
import { loadNpyPair } from "../npy-set.ts";
import type { Tree } from "../tree.ts";
import type { Layout } from "./layout.ts";

/** Words in .npy names that tell images from labels; the first pair is M2NIST's. */
const IMAGE_WORDS = ["combined", "image", "images", "imgs", "img", "x"];
const MASK_WORDS = [
	"segmented",
	"segmentation",
	"label",
	"labels",
	"mask",
	"masks",
	"y",
];

/** A pair of .npy files, alone, in a folder or in an .npz: M2NIST's form. */
export const npy: Layout = {
	name: "npy",
	about: "two .npy files, or an .npz: images, and class numbers or one-hot",
	takesPaths: true,
	recognises: async (tree) => (await tree.list("")).some(isNpy),
	async open(tree, options, events) {
		const [images, masks] = await findPair(tree, options);
		return loadNpyPair(tree, images, masks, options, events);
	},
};

/** True for the names of .npy files. */
export function isNpy(name: string): boolean {
	return /\.npy$/i.test(name);
}

async function findPair(
	tree: Tree,
	{ imagesPath, masksPath }: LoadOptions,
): Promise<[images: string, masks: string]> {
	const names = await tree.list("");
	const [foundImages, foundMasks] = npyPair(names.filter(isNpy));
	const images = imagesPath ?? foundImages;
	const masks = masksPath ?? foundMasks;
	if (!images || !masks) {
		throw new DataError(
			`holds ${formatList(names)}, in which images and masks cannot be told apart; name them with --images PATH --masks PATH`,
			tree.shown(""),
		);
	}
	for (const path of [images, masks]) {
		const kind = await tree.kind(path);
		if (kind === "missing") {
			throw new DataError("does not exist; check the path", tree.shown(path));
		}
		if (kind === "folder" || !isNpy(path)) {
			throw new DataError(
				`${images} and ${masks} are not two .npy files; give two folders or two .npy files`,
				tree.shown(""),
			);
		}
	}
	return [images, masks];
}

/** The .npy files for images and labels, as far as their names tell. */
function npyPair(
	names: readonly string[],
): [images: string | undefined, masks: string | undefined] {
	const having = (words: readonly string[]) =>
		names.filter((name) =>
			stemOf(name)
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
