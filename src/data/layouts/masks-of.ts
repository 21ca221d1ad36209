// Node only: reads files.
import { histogram } from "../histogram.ts";
import { decodeMask } from "../mask.ts";
import type { Tree } from "../tree.ts";

/**
 * The values in a mask file, or none when it cannot be read: what is wrong
 * with it is said when the set is read.
 */
export async function valuesIn(tree: Tree, path: string): Promise<number[]> {
	try {
		const { values } = decodeMask(await tree.read(path), path, () => {});
		return [...histogram(values).keys()];
	} catch {
		return [];
	}
}
