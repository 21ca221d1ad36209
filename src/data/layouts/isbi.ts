// Node only: reads files.
import { stemOf } from "../files.ts";
import { looksLikeImage } from "../image.ts";
import { filesOf, hasFolder, joinPath, type Tree } from "../tree.ts";
import type { Layout } from "./layout.ts";
import { maskedItem } from "./masked.ts";
import { valuesIn } from "./masks-of.ts";
import { orphansOfPairs, pairFiles } from "./pair-files.ts";

/**
 * The ISBI 2012 membranes as single slices: `image/N.png` and `label/N.png`,
 * directly or in `train`; 0 is membrane, 255 the inside of a cell. Neighbouring
 * numbers are neighbouring slices, so that they are best split with `--pick`.
 */
export const isbi: Layout = {
	name: "isbi",
	about: "image/N.png, label/N.png with values 0 and 255",
	async recognises(tree) {
		const base = await baseOf(tree);
		if (base === undefined) return false;
		const labels = await filesOf(tree, joinPath(base, "label"), looksLikeImage);
		if (!labels.every((path) => /^\d+$/.test(stemOf(path)))) return false;
		const values = labels[0] ? await valuesIn(tree, labels[0]) : [];
		return values.includes(255) && values.every((v) => v === 0 || v === 255);
	},
	async open(tree) {
		const base = (await baseOf(tree)) ?? "";
		const files = (folder: string) =>
			filesOf(tree, joinPath(base, folder), looksLikeImage);
		const pairing = pairFiles(await files("image"), await files("label"));
		return {
			items: pairing.pairs.map(({ image, mask }) =>
				maskedItem(tree, image, mask),
			),
			place: tree.shown(joinPath(base, "label")),
			labels: { map: { 255: 1 } },
			classNames: ["membrane", "cell"],
			orphans: orphansOfPairs(pairing),
			orphansFix: "add the files",
		};
	},
};

async function baseOf(tree: Tree): Promise<string | undefined> {
	for (const base of ["", "train"]) {
		const both = ["image", "label"].map((name) => joinPath(base, name));
		const found = await Promise.all(both.map((path) => hasFolder(tree, path)));
		if (found.every(Boolean)) return base;
	}
	return undefined;
}
