// Node only: reads files.
import { extname } from "node:path";
import { UsageError } from "../errors.ts";
import type { LoadOptions } from "../load-options.ts";
import type { Tree } from "../tree.ts";
import { camvid } from "./camvid.ts";
import { coco } from "./coco.ts";
import { dsb } from "./dsb.ts";
import { folders } from "./folders.ts";
import { isbi } from "./isbi.ts";
import { labelme } from "./labelme.ts";
import type { Layout } from "./layout.ts";
import { isNpy, npy } from "./npy.ts";
import { ochuman } from "./ochuman.ts";
import { pets } from "./pets.ts";
import { voc } from "./voc.ts";

/** All layouts, in the order in which they are tried: the most particular first. */
export const LAYOUTS: readonly Layout[] = [
	voc,
	pets,
	camvid,
	dsb,
	isbi,
	coco,
	ochuman,
	labelme,
	folders,
	npy,
];

/**
 * The layout asked for, or the first that recognises the files; undefined if
 * none does. Throws UsageError for options that do not fit the layout.
 */
export async function layoutOf(
	tree: Tree,
	options: LoadOptions,
): Promise<Layout | undefined> {
	const { layout, imagesPath, masksPath } = options;
	if (layout !== undefined) {
		const found = LAYOUTS.find(({ name }) => name === layout);
		if (!found) {
			throw new UsageError(
				`--layout ${layout}: there is no such layout; give one of ${LAYOUTS.map(({ name }) => name).join(", ")}`,
			);
		}
		const path = imagesPath ? "images" : masksPath ? "masks" : undefined;
		if (path && !found.takesPaths) {
			throw new UsageError(
				`--${path} does not apply to the layout ${layout}, which knows its files; leave one of the two options out`,
			);
		}
		return found;
	}
	const paths = [imagesPath, masksPath].filter((path) => path !== undefined);
	if (paths.some(isNpy)) return npy;
	const json = masksPath && extname(masksPath).toLowerCase() === ".json";
	const candidates = LAYOUTS.filter(({ takesPaths }) =>
		paths.length > 0 && !json ? false : takesPaths || !paths.length,
	);
	for (const candidate of candidates) {
		if (await candidate.recognises(tree, options)) return candidate;
	}
	return paths.length > 0 ? folders : undefined;
}
