import { mapLive } from "../engine/index.ts";
import {
	adadeltaUpdate,
	adagradUpdate,
	adamUpdate,
	rmspropUpdate,
	sgdUpdate,
} from "../kernels/index.ts";
import { ConfigError } from "./errors.ts";
import type { Optimizer } from "./optimizer.ts";

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
	/** Share of the gradients' mean that a step keeps. */
	readonly beta1?: number;
	/** The same of the mean of their squares. */
	readonly beta2?: number;
	/** Added to the bias-corrected root; by Keras to the root before the correction. */
	readonly epsilon?: number;
	/** Divides by the largest mean square so far (AMSGrad, Reddi et al. 2018); default false. */
	readonly amsgrad?: boolean;
}

/** Options of `sgd`; defaults 0, 0 and false. */
export interface SgdOptions extends OptimizerOptions {
	/** Share of the velocity that a step keeps. */
	readonly momentum?: number;
	/** Share of the gradient that the velocity leaves out from the second step on; only with momentum and without `nesterov` (PyTorch; Keras has none). */
	readonly dampening?: number;
	/** Whether the velocity looks a step ahead (Nesterov 1983). */
	readonly nesterov?: boolean;
}

/** Options of `rmsprop`; defaults 0.99 (Keras: 0.9), 1e-8 (Keras: 1e-7), 0 and false. */
export interface RmspropOptions extends OptimizerOptions {
	/** Share of the mean square that a step keeps. */
	readonly rho?: number;
	/** Added to the root; by Keras under it. */
	readonly epsilon?: number;
	/** Share of the velocity that a step keeps. */
	readonly momentum?: number;
	/** Divides by the root of the gradient's variance instead of its mean square (Graves 2013). */
	readonly centered?: boolean;
}

/** Options of `adadelta`; defaults 0.9 and 1e-6 (Keras: 0.95 and 1e-7). */
export interface AdadeltaOptions extends OptimizerOptions {
	/** Share of the mean squares, of gradients and of updates, that a step keeps. */
	readonly rho?: number;
	/** Added under both roots. */
	readonly epsilon?: number;
}

/** Options of `adagrad`; default 1e-10 (Keras: 1e-7, under the root). */
export interface AdagradOptions extends OptimizerOptions {
	readonly epsilon?: number;
}

/** Adam (Kingma and Ba 2015), as torch.optim.Adam and keras.optimizers.Adam; rate 1e-3. With `weightDecay` it is AdamW. */
export function adam(options: AdamOptions = {}): Optimizer {
	const { amsgrad = false, ...rest } = options;
	const { keras, attrs } = parts(rest);
	const epsilon = attrs.epsilon ?? (keras ? 1e-7 : 1e-8);
	const beta2 = attrs.beta2 ?? 0.999;
	return {
		name: "adam",
		learningRate: 1e-3,
		slots: { exp_avg: 0, exp_avg_sq: 0, ...(amsgrad && { max_exp_avg_sq: 0 }) },
		update(learningRate, step) {
			const all = {
				...attrs,
				epsilon: keras
					? mapLive(step, (n) => epsilon / Math.sqrt(1 - beta2 ** n))
					: epsilon,
				learningRate,
				step,
			};
			return (w, [m, v, most], g) => void adamUpdate(w, m, v, g, most, all);
		},
	};
}

/**
 * Adam with decoupled decay (Loshchilov and Hutter 2019), `weightDecay` by
 * default 0.01 as torch.optim.AdamW or 0.004 as keras.optimizers.AdamW; rate 1e-3.
 */
export function adamw(options: AdamOptions = {}): Optimizer {
	const { keras } = parts(options);
	const { weightDecay = keras ? 0.004 : 0.01 } = options;
	return { ...adam({ ...options, weightDecay }), name: "adamw" };
}

/** Gradient descent with momentum; rate 1e-3 (Keras: 0.01, and the velocity contains it). */
export function sgd(options: SgdOptions = {}): Optimizer {
	const { dampening = 0, ...rest } = options;
	const { keras, attrs } = parts(rest);
	if (dampening && (keras || !attrs.momentum || attrs.nesterov)) {
		throw new ConfigError(
			`sgd: dampening ${dampening} needs momentum above 0, nesterov false and the convention "pytorch"`,
		);
	}
	return {
		name: "sgd",
		learningRate: keras ? 0.01 : 1e-3,
		slots: { momentum_buffer: 0 },
		update(learningRate, step) {
			const all = {
				...attrs,
				// PyTorch's velocity starts as the first gradient.
				dampening: mapLive(step, (n) => (n > 1 ? dampening : 0)),
				rateInside: keras,
				learningRate,
			};
			return (w, [velocity], g) => void sgdUpdate(w, velocity, g, all);
		},
	};
}

/** RMSprop (Tieleman and Hinton 2012); rate 0.01 (Keras: 1e-3, and the velocity contains it). */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
	const { centered = false, ...rest } = options;
	const { keras, attrs } = parts(rest);
	const own = keras
		? { rho: 0.9, epsilon: 1e-7, epsilonInside: true, rateInside: true }
		: {};
	return {
		name: "rmsprop",
		learningRate: keras ? 1e-3 : 0.01,
		slots: {
			square_avg: 0,
			momentum_buffer: 0,
			...(centered && { grad_avg: 0 }),
		},
		update(learningRate) {
			const all = { ...own, ...attrs, learningRate };
			return (w, [square, velocity, average], g) =>
				void rmspropUpdate(w, square, velocity, g, average, all);
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
		update(learningRate) {
			const all = { ...own, ...attrs, learningRate };
			return (w, [square, delta], g) =>
				void adadeltaUpdate(w, square, delta, g, all);
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
		update(learningRate) {
			const all = { ...own, ...attrs, learningRate };
			return (w, [square], g) => void adagradUpdate(w, square, g, all);
		},
	};
}

/** The op's attributes apart from the convention. */
function parts<O extends OptimizerOptions>(options: O) {
	const { convention = "pytorch", ...attrs } = options;
	return { keras: convention === "keras", attrs };
}
