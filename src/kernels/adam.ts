import { invalid } from "../engine/errors.ts";
import { elementGrid, single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import adamKernel from "./adam.wgsl";
import { inRange } from "./attributes.ts";
import {
	checkUpdate,
	type UpdateAttrs,
	updateDefaults,
} from "./optimizer-attributes.ts";

/** Attributes of `adamUpdate`; defaults as torch.optim.Adam. */
export interface AdamAttrs extends UpdateAttrs {
	/** Decay of the mean gradient; default 0.9. */
	readonly beta1: number;
	/** Decay of the mean squared gradient; default 0.999. */
	readonly beta2: number;
	/** Added to the bias-corrected root; default 1e-8 (Keras: 1e-7). */
	readonly epsilon: number;
	/** Number of this update, counted from 1. */
	readonly step: number;
}

/**
 * One Adam step on a parameter, in place on w, m and v (all of the shape of
 * the gradient g; m and v start as zeros). Kingma and Ba 2015, arXiv:1412.6980,
 * with epsilon where PyTorch puts it, outside the bias-corrected root; decay:
 * Loshchilov and Hutter 2019, arXiv:1711.05101. With `most`, the largest v so
 * far (starts as zeros), it is AMSGrad (Reddi et al. 2018, arXiv:1904.09237).
 */
export const adamUpdate: Op<["w", "m", "v", "g", "most?"], AdamAttrs> =
	/* @__PURE__ */ defineOp({
		name: "adamUpdate",
		inputs: ["w", "m", "v", "g", "most?"],
		updates: ["w", "m", "v", "most"],
		defaults: {
			...updateDefaults,
			beta1: 0.9,
			beta2: 0.999,
			epsilon: 1e-8,
			step: 1,
		},
		live: ["learningRate", "step", "epsilon"],
		shape(shapes, attrs) {
			inRange("beta1", attrs.beta1, 0, 1 - 1e-9);
			inRange("beta2", attrs.beta2, 0, 1 - 1e-9);
			if (!Number.isInteger(attrs.step) || attrs.step < 1) {
				invalid(`step ${attrs.step} must be an integer of at least 1`);
			}
			return checkUpdate(shapes, attrs);
		},
		reference({ w, m, v, g, most }, attrs) {
			const { learningRate, beta1, beta2, step } = attrs;
			g.data.forEach((slope, i) => {
				const gradient = slope + attrs.l2 * w.data[i];
				m.data[i] = beta1 * m.data[i] + (1 - beta1) * gradient;
				v.data[i] = beta2 * v.data[i] + (1 - beta2) * gradient ** 2;
				if (most) most.data[i] = Math.max(most.data[i], v.data[i]);
				const square = (most ?? v).data[i];
				const mean = m.data[i] / (1 - beta1 ** step);
				const root = Math.sqrt(square / (1 - beta2 ** step));
				w.data[i] *= 1 - learningRate * attrs.weightDecay;
				w.data[i] -= (learningRate * mean) / (root + attrs.epsilon);
			});
		},
		launch({ shapes: { w, most }, attrs }) {
			const { learningRate, beta1, beta2, step, epsilon } = attrs;
			return [
				single({
					kernel: adamKernel,
					params: {
						n: sizeOf(w),
						beta1,
						rest1: 1 - beta1,
						beta2,
						rest2: 1 - beta2,
						decay: 1 - learningRate * attrs.weightDecay,
						stepSize: learningRate / (1 - beta1 ** step),
						rootScale: 1 / Math.sqrt(1 - beta2 ** step),
						epsilon,
						l2: attrs.l2,
					},
					constants: { AMSGRAD: most ? 1 : 0 },
					grid: elementGrid(sizeOf(w)),
				}),
			];
		},
	});
