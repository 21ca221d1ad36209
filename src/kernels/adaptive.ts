import { elementwise, type Variant } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import adaptiveKernel from "./adaptive.wgsl";
import { inRange } from "./attributes.ts";
import { fours } from "./fours.ts";
import {
	checkUpdate,
	epsilons,
	type UpdateAttrs,
	updateDefaults,
} from "./optimizer-attributes.ts";

/** Attributes of `adadeltaUpdate`; defaults as torch.optim.Adadelta, but for the learning rate. */
export interface AdadeltaAttrs extends UpdateAttrs {
	/** Share of both means that stays; default 0.9 (Keras: 0.95). */
	readonly rho: number;
	/** Added under both roots; default 1e-6 (Keras: 1e-7). */
	readonly epsilon: number;
}

/** Attributes of `adagradUpdate`; defaults as torch.optim.Adagrad, but for the learning rate. */
export interface AdagradAttrs extends UpdateAttrs {
	/** Default 1e-10 (Keras: 1e-7). */
	readonly epsilon: number;
	/** Whether epsilon is added under the root, as in Keras 3; default false, as in PyTorch. */
	readonly epsilonInside: boolean;
}

/**
 * One Adadelta step (Zeiler 2012, arXiv:1212.5701), in place on w, square and
 * delta, which start as zeros and have the shape of the gradient g.
 */
export const adadeltaUpdate: Op<["w", "square", "delta", "g"], AdadeltaAttrs> =
	/* @__PURE__ */ defineOp({
		name: "adadeltaUpdate",
		inputs: ["w", "square", "delta", "g"],
		updates: ["w", "square", "delta"],
		defaults: { ...updateDefaults, rho: 0.9, epsilon: 1e-6 },
		live: ["learningRate"],
		shape(shapes, attrs) {
			inRange("rho", attrs.rho, 0, 1);
			return checkUpdate(shapes, attrs);
		},
		reference({ w, square, delta, g }, attrs) {
			const { learningRate, rho, epsilon } = attrs;
			g.data.forEach((gradient, i) => {
				const slope = gradient + attrs.l2 * w.data[i];
				square.data[i] = rho * square.data[i] + (1 - rho) * slope ** 2;
				const ratio = (delta.data[i] + epsilon) / (square.data[i] + epsilon);
				const move = Math.sqrt(ratio) * slope;
				delta.data[i] = rho * delta.data[i] + (1 - rho) * move ** 2;
				w.data[i] *= 1 - learningRate * attrs.weightDecay;
				w.data[i] -= learningRate * move;
			});
		},
		launch: ({ shapes: { w }, attrs }) =>
			launchAdaptive(0, w, attrs, {
				keep: attrs.rho,
				rest: 1 - attrs.rho,
				...epsilons({ epsilon: attrs.epsilon, epsilonInside: true }),
			}),
	});

/**
 * One Adagrad step (Duchi, Hazan and Singer 2011), in place on w and square,
 * the sum of squared gradients, which starts as zeros (Keras: 0.1) and has the
 * shape of the gradient g.
 */
export const adagradUpdate: Op<["w", "square", "g"], AdagradAttrs> =
	/* @__PURE__ */ defineOp({
		name: "adagradUpdate",
		inputs: ["w", "square", "g"],
		updates: ["w", "square"],
		defaults: {
			...updateDefaults,
			epsilon: 1e-10,
			epsilonInside: false,
		} as AdagradAttrs,
		shape: (shapes, attrs) => checkUpdate(shapes, attrs),
		reference({ w, square, g }, attrs) {
			const { learningRate, epsilon } = attrs;
			g.data.forEach((gradient, i) => {
				const slope = gradient + attrs.l2 * w.data[i];
				square.data[i] += slope ** 2;
				const root = attrs.epsilonInside
					? Math.sqrt(square.data[i] + epsilon)
					: Math.sqrt(square.data[i]) + epsilon;
				w.data[i] *= 1 - learningRate * attrs.weightDecay;
				w.data[i] -= (learningRate * slope) / root;
			});
		},
		live: ["learningRate"],
		launch: ({ shapes: { w }, attrs }) =>
			launchAdaptive(1, w, attrs, {
				keep: 1,
				rest: 1,
				...epsilons(attrs),
			}),
	});

const kernels = /* @__PURE__ */ fours(adaptiveKernel);

type RuleParams = Record<
	"keep" | "rest" | "innerEpsilon" | "outerEpsilon",
	number
>;

function launchAdaptive(
	rule: number,
	w: Shape,
	{ learningRate, weightDecay, l2 }: UpdateAttrs,
	params: RuleParams,
): Variant[] {
	const decay = 1 - learningRate * weightDecay;
	return elementwise(
		kernels,
		sizeOf(w),
		{ ...params, rate: learningRate, decay, l2 },
		{ RULE: rule },
	);
}
