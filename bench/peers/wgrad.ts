import {
	capture,
	defineOp,
	leaves,
	type Op,
	pack,
	release,
	scope,
	setDefaultDevice,
	type Tensor,
	tensor,
	valueAndGrad,
	webgpuDevice,
} from "../../src/engine/index.ts";
import {
	batchNorm,
	concat,
	conv2d,
	conv2dInputGrad,
	conv2dWeightGrad,
	convTranspose2d,
	crop,
	leakyRelu,
	maxPool,
	pad,
	relu,
	softmaxCrossEntropy,
} from "../../src/kernels/index.ts";
import { adam, optimizerState, optimizerStep } from "../../src/unet/index.ts";
import {
	ADAM,
	LEAKY_SLOPE,
	type Library,
	NORM_EPSILON,
	type Ops,
} from "./library.ts";

const padding = "same";

const ops: Ops<Tensor> = {
	conv: (x, w, b) =>
		b ? conv2d(x, w, b, { padding }) : conv2d(x, w, { padding }),
	convTranspose: (x, w, b, stride) =>
		convTranspose2d(x, w, b, { padding, stride }),
	relu: (x) => relu(x),
	leakyRelu: (x) => leakyRelu(x, { slope: LEAKY_SLOPE }),
	maxPool: (x, size) => maxPool(x, { size, stride: 2, padding }),
	batchNorm: (x, gamma, beta) =>
		batchNorm(x, gamma, beta, { epsilon: NORM_EPSILON }),
	concat: (a, b) => concat(a, b),
	padRight: (x, columns) => pad(x, { padding: [0, 0, 0, columns] }),
	cropRight: (x, columns) => crop(x, { padding: [0, 0, 0, columns] }),
	crossEntropy: (logits, labels) => softmaxCrossEntropy(logits, labels),
};

/** A "loss" whose gradient with respect to y is dy: it computes nothing. */
const weighted: Op<["y", "dy"]> = defineOp({
	name: "weighted",
	inputs: ["y", "dy"],
	alias: "y",
	defaults: {},
	shape: () => [1],
	reference() {},
	launch: () => [],
	grad: { y: ({ inputs: { dy } }) => dy },
});

export async function open(): Promise<Library<Tensor>> {
	const device = await webgpuDevice();
	setDefaultDevice(device);
	return {
		device: device.identity.description,
		place: "gpu",
		ops,
		put: ({ values, shape }) => tensor(values, shape),
		get: async (t) => (await t.data()) as Float32Array,
		convInputGrad: (dy, w) =>
			conv2dInputGrad(dy, w, { padding, size: [dy.shape[1], dy.shape[2]] }),
		convWeightGrad: (x, dy, kernel) =>
			conv2dWeightGrad(x, dy, { padding, kernel: [kernel, kernel] }),
		vjp(f, inputs, count, dy) {
			const rest = inputs.slice(count);
			const { value, grads } = valueAndGrad((params: Tensor[]) => {
				const y = f(...params, ...rest);
				return { loss: dy ? weighted(y, dy) : y, y };
			})(inputs.slice(0, count));
			return [value.y, ...grads];
		},
		prepare:
			(f) =>
			(...inputs) =>
				scope(() => f(...inputs)),
		trainer,
		free(tensors) {
			for (const t of tensors) release(t);
		},
		done: () => device.finished(),
	};
}

const trainer: Library<Tensor>["trainer"] = (loss, params) => {
	const gradients = valueAndGrad(loss);
	const optimizer = adam({ epsilon: ADAM.epsilon });
	const state = optimizerState(optimizer, params);
	pack(params);
	for (const slot of Object.values(state.slots)) pack(slot);
	const step = capture((x: Tensor, labels: Tensor) => {
		const { value, grads } = gradients(params, x, labels);
		optimizerStep(optimizer, state, params, leaves(grads), ADAM.rate);
		return value;
	});
	let ready: Promise<unknown> | undefined;
	return async (x, labels) => {
		ready ??= step.prepare(x, labels);
		await ready;
		const value = step(x, labels);
		const number = value.item();
		release(value);
		return number;
	};
};
