import { type Device, type Tensor, tensor } from "../../src/engine/index.ts";
import {
	concat,
	reshape,
	slice,
	softmaxCrossEntropy,
} from "../../src/kernels/index.ts";
import { type Clip, clipGradients } from "../../src/unet/clip.ts";
import * as losses from "../../src/unet/losses.ts";
import {
	type Optimizer,
	optimizerState,
	optimizerStep,
} from "../../src/unet/optimizer.ts";
import * as optimizers from "../../src/unet/optimizers.ts";
import * as schedules from "../../src/unet/schedule.ts";

type Inputs = Readonly<Record<string, Tensor>>;

/** A loss by its name and options; `weightedSum` of `parts`, each `[weight, name, options]`. */
export function lossByName(
	name: string,
	{ logits, labels, weights }: Inputs,
	attrs: { readonly ignore: number; readonly options: object },
): Tensor {
	const { ignore, options } = attrs;
	const loss = made<losses.Loss>(losses, name, [options]);
	return loss(logits, labels, { weights, ignore });
}

type Part = readonly [weight: number, name: string, options?: object];

/** `weightedSum` of parts, each a weight, a loss's name and its options. */
export function weightedSum(
	{ logits, labels, weights }: Inputs,
	attrs: { readonly ignore: number; readonly parts: readonly Part[] },
): Tensor {
	const { ignore, parts } = attrs;
	const loss = losses.weightedSum(
		...parts.map(([by, name, options]): [number, losses.Loss] =>
			name === "softmaxCrossEntropy"
				? [by, softmaxCrossEntropy]
				: [by, made(losses, name, [options])],
		),
	);
	return loss(logits, labels, { weights, ignore });
}

/** Steps from w with each of `gradients` [steps, ...w], at the optimizer's own rate. Returns w. */
export function optimizer(
	{ w, gradients }: Inputs,
	{ name, options }: { readonly name: string; readonly options: object },
): Tensor {
	const rule = made<Optimizer>(optimizers, name, [options]);
	const state = optimizerState(rule, [w]);
	for (let i = 0; i < gradients.shape[0]; i++) {
		const row = { axis: 0, start: i, size: 1, keepDims: false };
		const g = [slice(gradients, row)];
		optimizerStep(rule, state, [w], g, rule.learningRate);
	}
	return w;
}

/** The inputs as gradients, clipped, one after the other. */
export function clipped(inputs: Inputs, clip: Clip): Tensor {
	return Object.values(clipGradients({ ...inputs }, clip))
		.map((g) => reshape(g, { shape: [-1] }))
		.reduce((a, b) => concat(a, b, { axis: 0 }));
}

/** A schedule's name and arguments, of which some may be schedules. */
type Form = readonly [name: string, ...args: unknown[]];

/** Rates of the first `steps` steps of a schedule, or after each of its reports. */
export function rates(
	{
		form,
		steps = 0,
		reports,
	}: { form: Form; steps?: number; reports?: readonly number[] },
	device: Device,
): Tensor {
	const schedule = scheduleOf(form);
	const found = reports
		? reports.map((value) => {
				(schedule as schedules.PlateauSchedule).report(value);
				return schedule(0);
			})
		: Array.from({ length: steps }, (_, i) => schedule(i));
	return tensor(found, undefined, { device });
}

function scheduleOf([name, ...args]: Form): schedules.Schedule {
	const inner = args.map((a) =>
		Array.isArray(a) ? scheduleOf(a as never) : a,
	);
	return made(schedules, name, inner);
}

/** Calls a module's function by its name. */
function made<T>(module: object, name: string, args: readonly unknown[]): T {
	const found = (module as Record<string, unknown>)[name];
	if (typeof found !== "function") throw new Error(`there is no ${name}`);
	return found(...args) as T;
}
