import { type Op, type Tensor, zeros } from "../../src/engine/index.ts";
import * as kernels from "../../src/kernels/index.ts";

type Inputs = Readonly<Record<string, Tensor>>;
// biome-ignore lint/suspicious/noExplicitAny: attributes come from a file
type Attrs = any;

/** Functions made of ops, which have no spec to say their inputs' order. */
const composites: Record<string, (inputs: Inputs, attrs: Attrs) => Tensor> = {
	convTranspose2d: ({ x, w, b }, attrs) =>
		kernels.convTranspose2d(x, w, b, attrs),
	batchNorm: ({ x, gamma, beta }, attrs) =>
		kernels.batchNorm(x, gamma, beta, attrs),
	softmaxCrossEntropy: ({ logits, labels, weights }, attrs) =>
		kernels.softmaxCrossEntropy(logits, labels, { weights, ...attrs }),
	adamSteps({ w, gradients }, attrs) {
		const m = zeros(w.shape, { device: w.device });
		const v = zeros(w.shape, { device: w.device });
		for (let i = 0; i < gradients.shape[0]; i++) {
			const row = { axis: 0, start: i, size: 1, keepDims: false };
			const g = kernels.slice(gradients, row);
			kernels.adamUpdate(w, m, v, g, { ...attrs, step: i + 1 });
		}
		return w;
	},
};

/** Calls an op, or a function made of ops, by its name with inputs by theirs. */
export function callByName(op: string, inputs: Inputs, attrs: Attrs): Tensor {
	if (op in composites) return composites[op](inputs, attrs);
	const exported = (kernels as Record<string, unknown>)[op] as Op | undefined;
	if (!exported?.spec) throw new Error(`there is no op ${op}`);
	const names: string[] = exported.spec.inputs;
	return (exported as (...args: unknown[]) => Tensor)(
		...names.map((name) => inputs[name.replace("?", "")]),
		attrs,
	);
}
