// Node only: reads files.
import { decodeMask } from "../mask.ts";
import { nameOf, type Tree } from "../tree.ts";
import type { Item } from "./layout.ts";

/** An item whose labels are one mask file. */
export function maskedItem(
	tree: Tree,
	image: string,
	mask: string,
	colours?: ReadonlyMap<number, number>,
): Item {
	return {
		name: nameOf(image),
		image,
		truth: mask,
		readImage: () => tree.read(image),
		readMask: async (_size, warn) =>
			decodeMask(await tree.read(mask), mask, warn, colours),
	};
}
