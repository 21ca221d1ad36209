import { leaves, mapTree, type Tensor, tensor } from "../engine/index.ts";
import {
	add,
	lessEqual,
	maximum,
	minimum,
	mul,
	rsqrt,
	scale,
	sum,
	where,
} from "../kernels/index.ts";
import { ConfigError } from "./errors.ts";

/** How gradients are limited: one of the three. */
export type Clip =
	/** Each element to -value..value (Keras `clipvalue`, PyTorch `clip_grad_value_`). */
	| { readonly value: number }
	/** The L2 norm of each parameter's gradient (Keras `clipnorm`). */
	| { readonly norm: number }
	/** The L2 norm of all gradients together (Keras `global_clipnorm`, PyTorch `clip_grad_norm_`, which adds 1e-6 to the norm; Pascanu et al. 2013). */
	| { readonly globalNorm: number };

/**
 * Gradients limited as `clip` says; those within the limit stay as they are. NaN stays NaN.
 * @throws ConfigError when the limit is not above 0, or there is not exactly one.
 */
export function clipGradients<G>(grads: G, clip: Clip): G {
	const [[kind, limit] = ["", 0], ...more] = Object.entries(clip);
	const known = ["value", "norm", "globalNorm"].includes(kind);
	if (!known || more.length || !(limit > 0 && Number.isFinite(limit))) {
		throw new ConfigError(
			`clip ${JSON.stringify(clip)} must be one of value, norm and globalNorm, a number above 0`,
		);
	}
	const all = leaves(grads);
	if (!all.length) return grads;
	const number = (v: number) => tensor(v, [], { device: all[0].device });
	if (kind === "value") {
		const [least, most] = [number(-limit), number(limit)];
		return mapTree(grads, (g) => maximum(minimum(g, most), least)) as G;
	}
	const [one, most] = [number(1), number(limit * limit)];
	/** 1 up to the limit, from there on limit / norm. */
	const factor = (squares: Tensor) =>
		where(lessEqual(squares, most), one, scale(rsqrt(squares), { by: limit }));
	const squares = (g: Tensor) => sum(mul(g, g));
	if (kind === "norm") {
		return mapTree(grads, (g) => mul(g, factor(squares(g)))) as G;
	}
	const common = factor(all.map(squares).reduce((a, b) => add(a, b)));
	return mapTree(grads, (g) => mul(g, common)) as G;
}
