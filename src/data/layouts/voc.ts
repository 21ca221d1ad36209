// Node only: reads files.
import { stemOf } from "../files.ts";
import { looksLikeImage } from "../image.ts";
import { colourValue, vocColour } from "../palette.ts";
import { filesOf, hasFolder, type Tree } from "../tree.ts";
import { type Layout, orphansOf, type Parts } from "./layout.ts";
import { readClassNames, readList } from "./lists.ts";
import { maskedItem } from "./masked.ts";
import { orphansOfPairs, pairFiles } from "./pair-files.ts";

/** The classes of PASCAL VOC 2012 by number. */
const VOC_CLASSES = [
	"background",
	...["aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat"],
	...["chair", "cow", "diningtable", "dog", "horse", "motorbike", "person"],
	...["pottedplant", "sheep", "sofa", "train", "tvmonitor"],
];

const COLOURS: ReadonlyMap<number, number> = new Map(
	Array.from({ length: 256 }, (_, id) => [colourValue(vocColour(id)), id]),
);

const LISTS = "ImageSets/Segmentation";

/**
 * PASCAL VOC: `JPEGImages`, `SegmentationClass` with palette indices as class
 * numbers and 255 on the borders, `ImageSets/Segmentation` with the parts. Masks
 * saved without their palette are read by the colours. labelme and others
 * write this form too, with their classes in `class_names.txt`.
 */
export const voc: Layout = {
	name: "voc",
	about: "JPEGImages/, SegmentationClass/, ImageSets/",
	recognises: async (tree) =>
		(await hasFolder(tree, "JPEGImages")) &&
		(await hasFolder(tree, "SegmentationClass")),
	async open(tree) {
		const all = await filesOf(tree, "JPEGImages", looksLikeImage);
		const masks = await filesOf(tree, "SegmentationClass", looksLikeImage);
		const parts = await readParts(tree);
		const listed =
			parts && new Set(Object.values(parts).flat() as readonly string[]);
		const hasMask = new Set(masks.map(stemOf));
		// Most of VOC's photographs have boxes only; without lists, masks decide.
		const pairing = pairFiles(
			all.filter((path) => (listed ?? hasMask).has(stemOf(path))),
			listed ? masks.filter((path) => listed.has(stemOf(path))) : masks,
		);
		const present = new Set(all.map(stemOf));
		const gone = [...(listed ?? [])].filter((name) => !present.has(name));
		const names = await readClassNames(tree, "class_names.txt");
		const classNames = names?.map((n) => n.replace(/^_(.*)_$/, "$1"));
		return {
			items: pairing.pairs.map(({ image, mask }) =>
				maskedItem(tree, image, mask, COLOURS),
			),
			place: tree.shown("SegmentationClass"),
			labels: { ignore: [255] },
			classNames: classNames ?? VOC_CLASSES,
			...(parts && { parts }),
			orphans: [
				...orphansOfPairs(pairing),
				...orphansOf(`in ${LISTS} but not in JPEGImages`, gone),
			],
			orphansFix: "add the files or remove the lines",
		};
	},
};

/** The parts in `ImageSets/Segmentation`, if it has both. */
async function readParts(tree: Tree): Promise<Parts | undefined> {
	const train = await readList(tree, `${LISTS}/train.txt`);
	const valid = await readList(tree, `${LISTS}/val.txt`);
	const test = await readList(tree, `${LISTS}/test.txt`);
	return train && valid && { train, valid, ...(test && { test }) };
}
