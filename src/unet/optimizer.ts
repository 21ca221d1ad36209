import { leaves, mapTree, type Tensor, zeros } from "../engine/index.ts";
import { adamUpdate } from "../kernels/index.ts";

/** Adam's memory for parameters of the form `P`. */
export interface AdamState<P> {
	/** Updates made so far. */
	step: number;
	/** Running mean of the gradients, shaped like the parameters. */
	readonly m: P;
	/** Running mean of their squares. */
	readonly v: P;
}

/** Constants of Adam; defaults 0.9, 0.999, 1e-8 and 0 (Kingma and Ba 2015, PyTorch). */
export interface AdamOptions {
	readonly beta1?: number;
	readonly beta2?: number;
	readonly epsilon?: number;
	/** Decoupled weight decay (AdamW, Loshchilov and Hutter 2017). */
	readonly weightDecay?: number;
}

/** Adam's state before the first update of a tree of parameters. */
export function adam<P>(params: P): AdamState<P> {
	const like = () =>
		mapTree(params, (p: Tensor) => zeros(p.shape, { device: p.device })) as P;
	return { step: 0, m: like(), v: like() };
}

/** One update of all parameters, in place. `grads` has the parameters' form. */
export function adamStep<P>(
	state: AdamState<P>,
	params: P,
	grads: unknown,
	learningRate: number,
	options: AdamOptions = {},
): void {
	const step = ++state.step;
	const [m, v, g] = [state.m, state.v, grads].map(leaves);
	leaves(params).forEach((w, i) => {
		adamUpdate(w, m[i], v[i], g[i], { ...options, learningRate, step });
	});
}
