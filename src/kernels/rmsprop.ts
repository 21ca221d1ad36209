import { elementwise } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { inRange } from "./attributes.ts";
import { fours } from "./fours.ts";
import {
	checkUpdate,
	epsilons,
	rateSides,
	type UpdateAttrs,
	updateDefaults,
} from "./optimizer-attributes.ts";
import rmspropKernel from "./rmsprop.wgsl";

/** Attributes of `rmspropUpdate`; defaults as torch.optim.RMSprop. */
export interface RmspropAttrs extends UpdateAttrs {
	/** Share of the mean squared gradient that stays; default 0.99 (Keras: 0.9). */
	readonly rho: number;
	/** Default 1e-8 (Keras: 1e-7). */
	readonly epsilon: number;
	/** Whether epsilon is added under the root, as in Keras 3; default false, as in PyTorch. */
	readonly epsilonInside: boolean;
	/** Share of the velocity that stays; default 0. */
	readonly momentum: number;
	/** Whether the velocity contains the learning rate, as in Keras; default false, as in PyTorch. */
	readonly rateInside: boolean;
}

const kernels = /* @__PURE__ */ fours(rmspropKernel);

/**
 * One RMSprop step (Tieleman and Hinton 2012), in place on w, square, velocity
 * and average, which start as zeros and have the shape of the gradient g. With
 * `average`, the mean gradient, the mean square gives way to the variance
 * (Graves 2013, arXiv:1308.0850; `centered` of PyTorch and Keras); where
 * rounding takes it below 0, it is 0.
 */
export const rmspropUpdate: Op<
	["w", "square", "velocity", "g", "average?"],
	RmspropAttrs
> = /* @__PURE__ */ defineOp({
	name: "rmspropUpdate",
	inputs: ["w", "square", "velocity", "g", "average?"],
	updates: ["w", "square", "velocity", "average"],
	together: (n) => [n],
	defaults: {
		...updateDefaults,
		rho: 0.99,
		epsilon: 1e-8,
		epsilonInside: false,
		momentum: 0,
		rateInside: false,
	} as RmspropAttrs,
	live: ["learningRate"],
	shape(shapes, attrs) {
		inRange("rho", attrs.rho, 0, 1);
		return checkUpdate(shapes, attrs);
	},
	reference({ w, square, velocity, g, average }, attrs) {
		const { learningRate, rho, epsilon, momentum, rateInside } = attrs;
		g.data.forEach((gradient, i) => {
			const slope = gradient + attrs.l2 * w.data[i];
			square.data[i] = rho * square.data[i] + (1 - rho) * slope ** 2;
			let spread = square.data[i];
			if (average) {
				average.data[i] = rho * average.data[i] + (1 - rho) * slope;
				spread = Math.max(spread - average.data[i] ** 2, 0);
			}
			const root = attrs.epsilonInside
				? Math.sqrt(spread + epsilon)
				: Math.sqrt(spread) + epsilon;
			const move = rateInside ? learningRate * slope : slope;
			velocity.data[i] = momentum * velocity.data[i] + move / root;
			w.data[i] *= 1 - learningRate * attrs.weightDecay;
			w.data[i] -= (rateInside ? 1 : learningRate) * velocity.data[i];
		});
	},
	launch({ shapes: { w, average }, attrs }) {
		const { learningRate, rho, momentum, l2, weightDecay } = attrs;
		return elementwise(
			kernels,
			sizeOf(w),
			{
				keep: rho,
				rest: 1 - rho,
				...epsilons(attrs),
				...rateSides(attrs),
				momentum,
				decay: 1 - learningRate * weightDecay,
				l2,
			},
			{ CENTERED: average ? 1 : 0 },
		);
	},
});
