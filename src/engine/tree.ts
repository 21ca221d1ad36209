import { Tensor } from "./tensor.ts";

/** Tensors, or arrays and plain objects of trees: how parameters are grouped. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** A tree of the same form with another leaf. */
export type MapTree<T, To> = T extends Tensor
	? To
	: { [K in keyof T]: MapTree<T[K], To> };

/** Every tensor in a value, in order; anything that is no tensor, array or plain object is skipped. */
export function leaves(tree: unknown): Tensor[] {
	if (tree instanceof Tensor) return [tree];
	if (Array.isArray(tree)) return tree.flatMap(leaves);
	if (
		typeof tree === "object" &&
		tree !== null &&
		Object.getPrototypeOf(tree) === Object.prototype
	) {
		return Object.values(tree).flatMap(leaves);
	}
	return [];
}

/** The tree with every tensor replaced by `f` of it; what is no tensor, array or object stays. */
export function mapTree<T, To>(
	tree: T,
	f: (leaf: Tensor) => To,
): MapTree<T, To> {
	if (tree instanceof Tensor) return f(tree) as MapTree<T, To>;
	if (Array.isArray(tree)) {
		return tree.map((t) => mapTree(t, f)) as MapTree<T, To>;
	}
	if (typeof tree !== "object" || tree === null) return tree as MapTree<T, To>;
	const entries = Object.entries(tree);
	return Object.fromEntries(
		entries.map(([k, t]) => [k, mapTree(t, f)]),
	) as MapTree<T, To>;
}
