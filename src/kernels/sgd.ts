import { invalid } from "../engine/errors.ts";
import { elementwise } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { inRange } from "./attributes.ts";
import { fours } from "./fours.ts";
import {
	checkUpdate,
	rateSides,
	type UpdateAttrs,
	updateDefaults,
} from "./optimizer-attributes.ts";
import sgdKernel from "./sgd.wgsl";

/** Attributes of `sgdUpdate`. */
export interface SgdAttrs extends UpdateAttrs {
	/** Share of the velocity that stays; default 0. */
	readonly momentum: number;
	/** Share of the gradient that the velocity leaves out; default 0. PyTorch's SGD leaves out none at its first step. */
	readonly dampening: number;
	/** Looks ahead along the velocity; default false. */
	readonly nesterov: boolean;
	/** Whether the velocity contains the learning rate, as in Keras; default false, as in PyTorch. They differ only while the rate changes. */
	readonly rateInside: boolean;
}

const kernels = /* @__PURE__ */ fours(sgdKernel);

/**
 * One step of gradient descent with momentum, in place on w and velocity (all
 * of the shape of the gradient g; velocity starts as zeros), as
 * torch.optim.SGD; Keras's velocity has the other sign.
 */
export const sgdUpdate: Op<["w", "velocity", "g"], SgdAttrs> =
	/* @__PURE__ */ defineOp({
		name: "sgdUpdate",
		inputs: ["w", "velocity", "g"],
		updates: ["w", "velocity"],
		defaults: {
			...updateDefaults,
			momentum: 0,
			dampening: 0,
			nesterov: false,
			rateInside: false,
		} as SgdAttrs,
		live: ["learningRate", "dampening"],
		shape(shapes, attrs) {
			inRange("dampening", attrs.dampening, 0, 1);
			if (attrs.nesterov && attrs.dampening) {
				invalid(`dampening ${attrs.dampening} must be 0 when nesterov is true`);
			}
			return checkUpdate(shapes, attrs);
		},
		reference({ w, velocity, g }, attrs) {
			const { learningRate, momentum, nesterov, rateInside } = attrs;
			const rest = 1 - attrs.dampening;
			g.data.forEach((gradient, i) => {
				const slope = gradient + attrs.l2 * w.data[i];
				w.data[i] *= 1 - learningRate * attrs.weightDecay;
				if (rateInside) {
					// Keras's update, with its velocity negated.
					const move = learningRate * slope;
					velocity.data[i] = momentum * velocity.data[i] + rest * move;
					w.data[i] -= nesterov
						? momentum * velocity.data[i] + move
						: velocity.data[i];
				} else {
					velocity.data[i] = momentum * velocity.data[i] + rest * slope;
					const move = nesterov
						? slope + momentum * velocity.data[i]
						: velocity.data[i];
					w.data[i] -= learningRate * move;
				}
			});
		},
		launch({ shapes: { w }, attrs }) {
			const { learningRate, momentum, l2, weightDecay, nesterov } = attrs;
			const decay = 1 - learningRate * weightDecay;
			return elementwise(
				kernels,
				sizeOf(w),
				{ ...rateSides(attrs), momentum, rest: 1 - attrs.dampening, decay, l2 },
				{ NESTEROV: nesterov ? 1 : 0 },
			);
		},
	});
