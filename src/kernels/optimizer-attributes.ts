import type { Shape } from "../engine/shape.ts";
import { hasShape, notNegative } from "./attributes.ts";

/** Attributes that every optimizer's update has. */
export interface UpdateAttrs {
	/** Default 1e-3. */
	readonly learningRate: number;
	/** L2 penalty, added to the gradient as l2 * w (PyTorch's `weight_decay` except in AdamW); default 0. */
	readonly l2: number;
	/** Decoupled decay, w *= 1 - learningRate * weightDecay (AdamW, and `weight_decay` of every Keras optimizer); default 0. */
	readonly weightDecay: number;
}

/** Defaults of `UpdateAttrs`. */
export const updateDefaults: UpdateAttrs = {
	learningRate: 1e-3,
	l2: 0,
	weightDecay: 0,
};

/** Rejects states and gradients of another shape than the parameter's, and negative attributes; returns the parameter's shape. */
export function checkUpdate(
	{
		w,
		...others
	}: { readonly w: Shape } & Readonly<Record<string, Shape | undefined>>,
	attrs: object,
): Shape {
	for (const [name, shape] of Object.entries(others)) {
		if (shape) hasShape(name, shape, w, "the shape of w");
	}
	for (const [name, value] of Object.entries(attrs)) {
		if (typeof value === "number") notNegative(name, value);
	}
	return w;
}

/** The learning rate before and after the memory of moves: PyTorch multiplies what it remembers, Keras remembers the product. */
export function rateSides(attrs: {
	readonly learningRate: number;
	readonly rateInside: boolean;
}): { inside: number; outside: number } {
	const { learningRate, rateInside } = attrs;
	return rateInside
		? { inside: learningRate, outside: 1 }
		: { inside: 1, outside: learningRate };
}

/** Epsilon under the root and after it, one of them 0: Keras adds it under the root, PyTorch after it. */
export function epsilons(attrs: {
	readonly epsilon: number;
	readonly epsilonInside: boolean;
}): { innerEpsilon: number; outerEpsilon: number } {
	const { epsilon, epsilonInside } = attrs;
	return {
		innerEpsilon: epsilonInside ? epsilon : 0,
		outerEpsilon: epsilonInside ? 0 : epsilon,
	};
}
