// Node only: reads files.
import { looksLikeImage } from "../image.ts";
import { filesOf, hasFolder, type Tree } from "../tree.ts";
import type { Layout } from "./layout.ts";
import { maskedItem } from "./masked.ts";
import { valuesIn } from "./masks-of.ts";
import { orphansOfPairs, pairFiles } from "./pair-files.ts";

const TRIMAPS = "annotations/trimaps";

/**
 * The Oxford-IIIT Pet Dataset: `images`, and trimaps whose values 1, 2 and 3
 * are pet, background and border. The lists beside them fit `--train`,
 * `--val` and `--test`.
 */
export const pets: Layout = {
	name: "pets",
	about: "images/, annotations/trimaps/ with values 1 to 3",
	async recognises(tree) {
		if (!(await hasFolder(tree, "images"))) return false;
		if (!(await hasFolder(tree, TRIMAPS))) return false;
		const [first] = await trimapsIn(tree);
		if (first === undefined) return false;
		const values = await valuesIn(tree, first);
		return values.every((value) => value >= 1 && value <= 3);
	},
	async open(tree) {
		const images = await filesOf(tree, "images", looksLikeImage);
		const pairing = pairFiles(images, await trimapsIn(tree));
		return {
			items: pairing.pairs.map(({ image, mask }) =>
				maskedItem(tree, image, mask),
			),
			place: tree.shown(TRIMAPS),
			labels: { map: { 1: 0, 2: 1, 3: 2 } },
			classNames: ["pet", "background", "border"],
			orphans: orphansOfPairs(pairing),
			orphansFix: "add the files",
		};
	},
};

function trimapsIn(tree: Tree): Promise<string[]> {
	return filesOf(tree, TRIMAPS, looksLikeImage);
}
