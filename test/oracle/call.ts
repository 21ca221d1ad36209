import {
	type Device,
	type Op,
	type Tensor,
	zeros,
} from "../../src/engine/index.ts";
import * as kernels from "../../src/kernels/index.ts";
import { architectureOf } from "../../src/unet/config.ts";
import { forward } from "../../src/unet/index.ts";
import {
	clipped,
	lossByName,
	optimizer,
	rates,
	weightedSum,
} from "./training-calls.ts";

type Inputs = Readonly<Record<string, Tensor>>;
// biome-ignore lint/suspicious/noExplicitAny: attributes come from a file
type Attrs = any;

/** Functions made of ops, which have no spec to say their inputs' order. */
const composites: Record<
	string,
	(inputs: Inputs, attrs: Attrs, device: Device) => Tensor
> = {
	convTranspose2d: ({ x, w, b }, attrs) =>
		kernels.convTranspose2d(x, w, b, attrs),
	neg: ({ x }) => kernels.neg(x),
	globalAvgPool: ({ x }) => kernels.globalAvgPool(x),
	batchNorm: ({ x, gamma, beta }, attrs) =>
		kernels.batchNorm(x, gamma, beta, attrs),
	layerNorm: ({ x, gamma, beta }, attrs) =>
		kernels.layerNorm(x, gamma, beta, attrs),
	instanceNorm: ({ x, gamma, beta }, attrs) =>
		kernels.instanceNorm(x, gamma, beta, attrs),
	groupNorm: ({ x, gamma, beta }, attrs) =>
		kernels.groupNorm(x, gamma, beta, attrs),
	variance: ({ x }, attrs) => kernels.variance(x, attrs),
	softmaxCrossEntropy: ({ logits, labels, weights }, attrs) =>
		kernels.softmaxCrossEntropy(logits, labels, { weights, ...attrs }),
	sigmoidCrossEntropy: ({ logits, labels, weights }, attrs) =>
		kernels.sigmoidCrossEntropy(logits, labels, { weights, ...attrs }),
	tverskyLoss: (inputs, attrs) => lossByName("tverskyLoss", inputs, attrs),
	diceLoss: (inputs, attrs) => lossByName("diceLoss", inputs, attrs),
	jaccardLoss: (inputs, attrs) => lossByName("jaccardLoss", inputs, attrs),
	weightedSum,
	clipGradients: clipped,
	schedule: (_, attrs, device) => rates(attrs, device),
	optimizer,
	optimizerSteps,
	unet,
};

/** Calls an op, or a function made of ops, by its name with inputs by theirs. */
export function callByName(
	op: string,
	inputs: Inputs,
	attrs: Attrs,
	device: Device,
): Tensor {
	if (op in composites) return composites[op](inputs, attrs, device);
	const { spec } = opNamed(op);
	return callInOrder(op, spec.inputs, inputs, attrs);
}

/** Steps from w by the op `attrs.op` with each of `gradients` [steps, ...w]; what it remembers starts as zeros. Returns w. */
function optimizerSteps(
	{ w, gradients }: Inputs,
	{ op, ...attrs }: Attrs,
): Tensor {
	const { inputs, defaults } = opNamed(op).spec;
	const memory: Record<string, Tensor> = {};
	for (const name of inputs as string[]) {
		if (!name.endsWith("?"))
			memory[name] = zeros(w.shape, { device: w.device });
	}
	for (let i = 0; i < gradients.shape[0]; i++) {
		const row = { axis: 0, start: i, size: 1, keepDims: false };
		const g = kernels.slice(gradients, row);
		const step = "step" in defaults ? { step: i + 1 } : {};
		callInOrder(op, inputs, { ...memory, w, g }, { ...attrs, ...step });
	}
	return w;
}

/** Logits of a U-Net whose parameters and running moments are inputs of their names. */
function unet({ x, ...tensors }: Inputs, { options, training }: Attrs): Tensor {
	const model = { ...architectureOf(options), state: tensors };
	return forward(model, tensors, x, { training }).logits;
}

function callInOrder(
	op: string,
	names: readonly string[],
	inputs: Inputs,
	attrs: Attrs,
): Tensor {
	const tensors = names.map((name) => inputs[name.replace("?", "")]);
	return (opNamed(op) as (...args: unknown[]) => Tensor)(...tensors, attrs);
}

function opNamed(name: string): Op {
	const exported = (kernels as Record<string, unknown>)[name];
	if (!(exported as Op | undefined)?.spec)
		throw new Error(`there is no op ${name}`);
	return exported as Op;
}
