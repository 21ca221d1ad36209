import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import * as tf from "@tensorflow/tfjs-core";
import {
	ADAM,
	LEAKY_SLOPE,
	type Library,
	NORM_EPSILON,
	type Ops,
} from "./library.ts";

// Its types are not here when it is not installed; see peers.d.ts.
type Tensor = ReturnType<typeof tf.tensor>;

const sameConv = { strides: 1, pad: "same", dataFormat: "NHWC", dilations: 1 };

const ops: Ops<Tensor> = {
	conv: (x, w, b) =>
		tf.fused.conv2d({ x, filter: w, strides: 1, pad: "same", bias: b }),
	convTranspose(x, w, b, stride) {
		const [n, height, width] = x.shape;
		const shape = [n, height * stride, width * stride, w.shape[2]];
		const y = tf.conv2dTranspose(x, w, shape, stride, "same");
		return b ? tf.add(y, b) : y;
	},
	relu: (x) => tf.relu(x),
	leakyRelu: (x) => tf.leakyRelu(x, LEAKY_SLOPE),
	maxPool: (x, size) => tf.maxPool(x, size, 2, "same"),
	batchNorm(x, gamma, beta) {
		const { mean, variance } = tf.moments(x, [0, 1, 2]);
		return tf.batchNorm(x, mean, variance, beta, gamma, NORM_EPSILON);
	},
	concat: (a, b) => tf.concat([a, b], 3),
	padRight: (x, columns) =>
		tf.pad(x, [
			[0, 0],
			[0, 0],
			[0, columns],
			[0, 0],
		]),
	cropRight: (x, columns) =>
		tf.slice(x, [0, 0, 0, 0], [-1, -1, x.shape[2] - columns, -1]),
	crossEntropy: (logits, labels) =>
		tf.losses.softmaxCrossEntropy(labels, logits),
};

/** tfjs on the backend that is set. */
export function tfjs(
	device: string,
	place: Library<Tensor>["place"],
	done: Library<Tensor>["done"],
): Library<Tensor> {
	return {
		device,
		place,
		ops,
		enter() {
			Object.assign(globalThis, { _tfengine: tf.engine() });
		},
		// Its loss wants one-hot labels; making them is not counted.
		put: ({ values, shape, layout, classes }) =>
			layout === "labels"
				? tf.oneHot(tf.tensor(values, shape, "int32"), classes)
				: tf.tensor(values, shape),
		get: (t) => t.data(),
		// What its gradient of conv2d calls, without the forward pass of tf.grad.
		convInputGrad: (dy, w) => {
			const [n, height, width] = dy.shape;
			const inputShape = [n, height, width, w.shape[2]];
			return tf
				.engine()
				.runKernel(
					"Conv2DBackpropInput",
					{ dy, filter: w },
					{ ...sameConv, inputShape },
				);
		},
		convWeightGrad(x, dy, kernel) {
			const filterShape = [kernel, kernel, x.shape[3], dy.shape[3]];
			return tf
				.engine()
				.runKernel(
					"Conv2DBackpropFilter",
					{ x, dy },
					{ ...sameConv, filterShape },
				);
		},
		vjp(f, inputs, count, dy) {
			const rest = inputs.slice(count);
			const wrt = inputs.slice(0, count);
			const { value, grads } = tf.valueAndGrads((...xs: Tensor[]) =>
				f(...xs, ...rest),
			)(wrt, dy);
			return [value, ...grads];
		},
		prepare:
			(f) =>
			(...inputs) =>
				tf.tidy(() => f(...inputs)),
		trainer,
		free: (tensors) => tf.dispose(tensors),
		done,
	};
}

const trainer: Library<Tensor>["trainer"] = (loss, params) => {
	const { rate, beta1, beta2, epsilon } = ADAM;
	const optimizer = tf.train.adam(rate, beta1, beta2, epsilon);
	const variables = params.map((p) => tf.variable(p));
	tf.dispose(params);
	return async (x, labels) => {
		const value = optimizer.minimize(
			() => loss(variables, x, labels),
			true,
			variables,
		);
		const [number] = await value.data();
		value.dispose();
		return number;
	};
};
