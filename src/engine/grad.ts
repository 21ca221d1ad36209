import { accumulate } from "./accumulate.ts";
import { isLocal, release, scope } from "./arena.ts";
import { GradientError } from "./errors.ts";
import { bareName, perInput } from "./op.ts";
import { formatShape, sizeOf } from "./shape.ts";
import { isRecording, type Tape, type TapeNode, withTape } from "./tape.ts";
import { full, Tensor } from "./tensor.ts";
import { leaves, type MapTree, mapTree } from "./tree.ts";

/** A loss, a tensor of one element, or one with further results to keep: `{ loss, ...anything }`. */
export type LossResult = Tensor | { readonly loss: Tensor };

/** What `valueAndGrad` returns: the loss function's own result and the gradients, shaped like the parameters. */
export interface ValueAndGrad<P, R> {
	/** What the function returned. */
	readonly value: R;
	/** One tensor for each of the parameters, of its shape. */
	readonly grads: MapTree<P, Tensor>;
}

/**
 * Turns a loss function into one that also returns the gradient of its loss
 * (a tensor of one element) with respect to its first argument, a tree of
 * tensors. Everything else the call makes is freed when it returns.
 * Convention: jax.value_and_grad.
 * @throws GradientError when an op on the way has no gradient.
 */
export function valueAndGrad<P, Args extends unknown[], R extends LossResult>(
	f: (params: P, ...args: Args) => R,
): (params: P, ...args: Args) => ValueAndGrad<P, R> {
	return (params, ...args) =>
		scope(() => {
			const tape: Tape = { nodes: [], tracked: new Set(leaves(params)) };
			const value = withTape(tape, () => f(params, ...args));
			const loss = value instanceof Tensor ? value : value.loss;
			if (sizeOf(loss.shape) !== 1) {
				throw new GradientError(
					`valueAndGrad: the loss has shape ${formatShape(loss.shape)}; reduce it to one number, for example with mean(y)`,
				);
			}
			const grads = backward(tape, loss, params, new Set(leaves(value)));
			return { value, grads };
		});
}

/** Gradients of a one-element loss with respect to a tree of tensors. See `valueAndGrad`. */
export function grad<P, Args extends unknown[]>(
	f: (params: P, ...args: Args) => LossResult,
): (params: P, ...args: Args) => MapTree<P, Tensor> {
	const both = valueAndGrad(f);
	return (...args) => scope(() => both(...args).grads as MapTree<P, Tensor>);
}

function backward<P>(
	tape: Tape,
	loss: Tensor,
	params: P,
	returned: Set<Tensor>,
): MapTree<P, Tensor> {
	const wanted = new Set(leaves(params));
	const grads = new Map<Tensor, Tensor>();
	if (tape.tracked.has(loss)) {
		grads.set(loss, full(loss.shape, 1, { device: loss.device }));
	}
	const free = (t: Tensor) => {
		if (!returned.has(t) && !wanted.has(t)) discard(t);
	};
	for (const node of tape.nodes.reverse()) {
		const dy = grads.get(node.y);
		if (dy) {
			visit(node, dy, tape.tracked, grads);
			if (!wanted.has(node.y)) grads.delete(node.y);
			if (![...grads.values()].includes(dy)) free(dy);
		}
		free(node.y);
	}
	return mapTree(
		params,
		(p) => grads.get(p) ?? full(p.shape, 0, { device: p.device }),
	);
}

/** Adds what one node contributes to the gradients of its tracked inputs. */
function visit(
	node: TapeNode,
	dy: Tensor,
	tracked: Set<Tensor>,
	grads: Map<Tensor, Tensor>,
): void {
	const { spec, attrs, y } = node;
	let memo: unknown;
	const context = {
		inputs: perInput(spec, node.inputs, (t) => t),
		y,
		dy,
		attrs,
		shared<T>(compute: () => T): T {
			memo ??= compute();
			return memo as T;
		},
	};
	const contributions = scope(() =>
		spec.inputs.flatMap((input: string, i: number) => {
			const t = node.inputs[i];
			if (!t || !tracked.has(t)) return [];
			const rule = spec.grad?.[bareName(input)];
			if (!rule) {
				throw new GradientError(
					`${spec.name} has no gradient with respect to ${bareName(input)}`,
				);
			}
			return [[t, rule(context)] as const];
		}),
	);
	for (const [t, dx] of contributions) {
		const before = grads.get(t);
		if (!before) {
			grads.set(t, dx);
			continue;
		}
		grads.set(t, accumulate(before, dx));
		for (const used of [before, dx]) {
			const shared = used === dy || [...grads.values()].includes(used);
			if (!shared) discard(used);
		}
	}
}

/** Frees what this step made and is done with, unless an outer tape may still need it. */
function discard(t: Tensor): void {
	if (!isRecording() && isLocal(t)) release(t);
}
