import type { Tensor } from "./tensor.ts";
import { leaves } from "./tree.ts";

/**
 * Moves the tensors of a tree side by side into one buffer, in order. Nothing
 * else about them changes, but a captured step then updates all parameters of
 * an optimizer in one dispatch: pack the parameters, and each of its slots.
 */
export function pack<T>(tree: T): T {
	const tensors: Tensor[] = leaves(tree);
	if (tensors.length > 1) tensors[0].device.pack?.(tensors);
	return tree;
}
