import {
	eachRun,
	full,
	type Live,
	leaves,
	mapTree,
	type Tensor,
} from "../engine/index.ts";
import { ConfigError } from "./errors.ts";

/** How parameters follow their gradients. */
export interface Optimizer {
	readonly name: string;
	/** Learning rate of its convention, for a training that names none. */
	readonly learningRate: number;
	/** First value of each tensor that it keeps per parameter, by PyTorch's name for it. */
	readonly slots: Readonly<Record<string, number>>;
	/** Updates one parameter and its slots in place; `step` counts from 1. */
	update(
		w: Tensor,
		slots: readonly Tensor[],
		g: Tensor,
		learningRate: number | Live,
		step: number | Live,
	): void;
}

/** An optimizer's memory of parameters of the form `P`. */
export interface OptimizerState<P> {
	/** Name of the optimizer. */
	readonly name: string;
	/** Updates made so far. */
	step: number;
	/** Per slot a tensor for each parameter. */
	readonly slots: Readonly<Record<string, P>>;
}

/** An optimizer's state before the first update of a tree of parameters. */
export function optimizerState<P>(
	{ name, slots }: Optimizer,
	params: P,
): OptimizerState<P> {
	const filled = (value: number) =>
		mapTree(params, (p: Tensor) =>
			full(p.shape, value, { device: p.device }),
		) as P;
	const entries = Object.entries(slots);
	return {
		name,
		step: 0,
		slots: Object.fromEntries(entries.map(([k, v]) => [k, filled(v)])),
	};
}

/**
 * One update of all parameters, in place, a dispatch for each. `grads` has the
 * parameters' form. In a captured step the learning rate is a live number, if it changes.
 * @throws ConfigError when the state is another optimizer's.
 */
export function optimizerStep<P>(
	optimizer: Optimizer,
	state: OptimizerState<P>,
	params: P,
	grads: unknown,
	learningRate: number | Live,
): void {
	const names = Object.keys(optimizer.slots);
	if (
		state.name !== optimizer.name ||
		Object.keys(state.slots).sort().join() !== names.sort().join()
	) {
		throw new ConfigError(
			`the optimizer is ${optimizer.name} (${names}) but the state to go on from is of ${state.name} (${Object.keys(state.slots)})`,
		);
	}
	const step = eachRun(() => ++state.step, state.step + 1);
	const g = leaves(grads);
	const slots = Object.keys(optimizer.slots).map((k) => leaves(state.slots[k]));
	leaves(params).forEach((w, i) => {
		const own = slots.map((all) => all[i]);
		optimizer.update(w, own, g[i], learningRate, step);
	});
}
