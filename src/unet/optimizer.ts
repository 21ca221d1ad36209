import { full, leaves, mapTree, type Tensor } from "../engine/index.ts";
import {
	adadeltaUpdate,
	adagradUpdate,
	adamUpdate,
	rmspropUpdate,
	sgdUpdate,
} from "../kernels/index.ts";
import { ConfigError } from "./errors.ts";

/** Whose defaults and formulas an optimizer follows where they differ. "keras" is Keras 3 and tf.keras. */
export type Convention = "pytorch" | "keras";

/** Options of every optimizer. */
export interface OptimizerOptions {
	/** Default "pytorch". */
	readonly convention?: Convention;
	/** L2 penalty, added to the gradient (`weight_decay` of PyTorch's SGD, Adam, RMSprop, Adadelta and Adagrad); default 0. */
	readonly l2?: number;
	/** Decoupled decay, w *= 1 - rate * weightDecay (AdamW, Loshchilov and Hutter 2017; `weight_decay` of every Keras optimizer); default 0. */
	readonly weightDecay?: number;
}

/** Options of `adam`; defaults 0.9, 0.999 and 1e-8 (Keras: 1e-7). */
export interface AdamOptions extends OptimizerOptions {
	readonly beta1?: number;
	readonly beta2?: number;
	/** Added to the bias-corrected root; by Keras to the root before the correction. */
	readonly epsilon?: number;
}

/** Options of `sgd`; defaults 0 and false. */
export interface SgdOptions extends OptimizerOptions {
	readonly momentum?: number;
	readonly nesterov?: boolean;
}

/** Options of `rmsprop`; defaults 0.99 (Keras: 0.9), 1e-8 (Keras: 1e-7) and 0. */
export interface RmspropOptions extends OptimizerOptions {
	readonly rho?: number;
	/** Added to the root; by Keras under it. */
	readonly epsilon?: number;
	readonly momentum?: number;
}

/** Options of `adadelta`; defaults 0.9 and 1e-6 (Keras: 0.95 and 1e-7). */
export interface AdadeltaOptions extends OptimizerOptions {
	readonly rho?: number;
	readonly epsilon?: number;
}

/** Options of `adagrad`; default 1e-10 (Keras: 1e-7, under the root). */
export interface AdagradOptions extends OptimizerOptions {
	readonly epsilon?: number;
}

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
		learningRate: number,
		step: number,
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

/** Adam (Kingma and Ba 2015); rate 1e-3. With `weightDecay` it is AdamW. */
export function adam(options: AdamOptions = {}): Optimizer {
	const { keras, attrs } = parts(options);
	const epsilon = attrs.epsilon ?? (keras ? 1e-7 : 1e-8);
	const beta2 = attrs.beta2 ?? 0.999;
	return {
		name: "adam",
		learningRate: 1e-3,
		slots: { exp_avg: 0, exp_avg_sq: 0 },
		update(w, [m, v], g, learningRate, step) {
			adamUpdate(w, m, v, g, {
				...attrs,
				epsilon: keras ? epsilon / Math.sqrt(1 - beta2 ** step) : epsilon,
				learningRate,
				step,
			});
		},
	};
}

/** Gradient descent with momentum; rate 1e-3 (Keras: 0.01, and the velocity contains it). */
export function sgd(options: SgdOptions = {}): Optimizer {
	const { keras, attrs } = parts(options);
	return {
		name: "sgd",
		learningRate: keras ? 0.01 : 1e-3,
		slots: { momentum_buffer: 0 },
		update(w, [velocity], g, learningRate) {
			sgdUpdate(w, velocity, g, { ...attrs, rateInside: keras, learningRate });
		},
	};
}

/** RMSprop (Tieleman and Hinton 2012); rate 0.01 (Keras: 1e-3, and the velocity contains it). */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
	const { keras, attrs } = parts(options);
	const own = keras
		? { rho: 0.9, epsilon: 1e-7, epsilonInside: true, rateInside: true }
		: {};
	return {
		name: "rmsprop",
		learningRate: keras ? 1e-3 : 0.01,
		slots: { square_avg: 0, momentum_buffer: 0 },
		update(w, [square, velocity], g, learningRate) {
			rmspropUpdate(w, square, velocity, g, { ...own, ...attrs, learningRate });
		},
	};
}

/**
 * Adadelta (Zeiler 2012); rate 1 as in the paper, PyTorch and Keras before
 * tf.keras (which kept rho 0.95), but 1e-3 in tf.keras and Keras 3, where it
 * hardly learns.
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
	const { keras, attrs } = parts(options);
	const own = keras ? { rho: 0.95, epsilon: 1e-7 } : {};
	return {
		name: "adadelta",
		learningRate: keras ? 1e-3 : 1,
		slots: { square_avg: 0, acc_delta: 0 },
		update(w, [square, delta], g, learningRate) {
			adadeltaUpdate(w, square, delta, g, { ...own, ...attrs, learningRate });
		},
	};
}

/** Adagrad (Duchi, Hazan and Singer 2011); rate 0.01 (Keras: 1e-3, and the sum starts at 0.1). */
export function adagrad(options: AdagradOptions = {}): Optimizer {
	const { keras, attrs } = parts(options);
	const own = keras ? { epsilon: 1e-7, epsilonInside: true } : {};
	return {
		name: "adagrad",
		learningRate: keras ? 1e-3 : 0.01,
		slots: { sum: keras ? 0.1 : 0 },
		update(w, [square], g, learningRate) {
			adagradUpdate(w, square, g, { ...own, ...attrs, learningRate });
		},
	};
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
 * One update of all parameters, in place, a dispatch for each. `grads` has the parameters' form.
 * @throws ConfigError when the state is another optimizer's.
 */
export function optimizerStep<P>(
	optimizer: Optimizer,
	state: OptimizerState<P>,
	params: P,
	grads: unknown,
	learningRate: number,
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
	const step = ++state.step;
	const g = leaves(grads);
	const slots = Object.keys(optimizer.slots).map((k) => leaves(state.slots[k]));
	leaves(params).forEach((w, i) => {
		const own = slots.map((all) => all[i]);
		optimizer.update(w, own, g[i], learningRate, step);
	});
}

/** The op's attributes apart from the convention. */
function parts<O extends OptimizerOptions>(options: O) {
	const { convention = "pytorch", ...attrs } = options;
	return { keras: convention === "keras", attrs };
}
