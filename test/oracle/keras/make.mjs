// Writes what Keras's layers and TensorFlow's ops give where their conventions
// differ from PyTorch's: TensorFlow.js, whose layers are Keras's.
import { writeFileSync } from "node:fs";
import tf from "@tensorflow/tfjs";
import { defaults, optimizerSteps } from "./layers.mjs";
import { distinct, integers, record, withWeights } from "./record.mjs";

await tf.setBackend("cpu");

const sizes = [
	[5, 5],
	[6, 7],
	[7, 4],
];
const kernels = [
	[1, 1],
	[2, 2],
	[3, 3],
	[4, 3],
];
const channels = [
	[1, 2],
	[4, 4],
	[3, 2],
	[2, 1],
];

/** Every combination of the lists' elements, with its number. */
function* product(...lists) {
	const total = lists.reduce((n, list) => n * list.length, 1);
	for (let i = 0; i < total; i++) {
		let rest = i;
		yield [
			i,
			...lists.map((list) => {
				const value = list[rest % list.length];
				rest = Math.floor(rest / list.length);
				return value;
			}),
		];
	}
}

/** `tf.nn.conv2d` with padding "same", odd and even sizes, strides and kernels. */
function* convolutions() {
	for (const [i, size, kernel, stride, dilation] of product(
		sizes,
		kernels,
		[1, 2, 3],
		[1, 2],
	)) {
		if (stride > 1 && dilation > 1) continue; // TensorFlow has no such call
		const [into, out] = channels[i % 4];
		yield record(
			"conv2d",
			{ padding: "same", stride, dilation },
			{
				x: integers(i, [1, ...size, into]),
				w: integers(i + 1e3, [...kernel, into, out]),
			},
			(x, w) => tf.conv2d(x, w, stride, "same", "NHWC", dilation),
			// TensorFlow.js differentiates no dilated convolution.
			dilation > 1 ? [] : ["x", "w"],
		);
	}
}

/** Keras's `Conv2DTranspose`. */
function* transposedConvolutions() {
	for (const [i, size, kernel, stride, padding] of product(
		[
			[3, 4],
			[2, 5],
		],
		kernels,
		[1, 2, 3],
		["same", "valid"],
	)) {
		const [into, out] = channels[i % 4];
		// Keras makes a "valid" output of at least the stride; PyTorch's rule is used here.
		if (padding === "valid" && Math.min(...kernel) < stride) continue;
		const layer = tf.layers.conv2dTranspose({
			filters: out,
			kernelSize: kernel,
			strides: stride,
			padding,
		});
		layer.build([null, ...size, into]);
		yield record(
			"convTranspose2d",
			{ padding, stride },
			{
				x: integers(i, [1, ...size, into]),
				w: integers(i + 1e3, [...kernel, out, into]),
				b: integers(i + 2e3, [out]),
			},
			(x, w, b) => withWeights(layer, [w, b], () => layer.apply(x)),
		);
	}
}

/** Keras's `MaxPooling2D`: padded pixels never win. */
function* maxPools() {
	for (const [i, size, poolSize, strides, padding] of product(
		sizes,
		[2, 3, [1, 2]],
		[1, 2, 3],
		["same", "valid"],
	)) {
		const layer = tf.layers.maxPooling2d({ poolSize, strides, padding });
		yield record(
			"maxPool",
			{ size: poolSize, stride: strides, padding },
			{ x: distinct(i, [1, ...size, channels[i % 4][0]]).sub(40) },
			(x) => layer.apply(x),
		);
	}
}

/** Keras's `AveragePooling2D`: padded pixels are not counted. */
function* averagePools() {
	for (const [i, poolSize, strides, padding] of product(
		[2, 3],
		[1, 2, 3],
		["same", "valid"],
	)) {
		const layer = tf.layers.averagePooling2d({ poolSize, strides, padding });
		yield record(
			"avgPool",
			{ size: poolSize, stride: strides, padding },
			{ x: integers(i, [1, ...sizes[i % 3], channels[i % 4][0]]) },
			(x) => layer.apply(x),
			// TensorFlow.js 4.22 counts the padding in the gradient, though not forward.
			padding === "same" ? [] : ["x"],
		);
	}
}

/** `tf.nn.depthwise_conv2d`, whose weights are [height, width, channels, outputs of each]. */
function* depthwiseConvolutions() {
	for (const [i, each, stride, kernel] of product([1, 2], [1, 2], kernels)) {
		const count = [4, 3, 8][i % 3];
		yield record(
			"conv2d",
			{ padding: "same", stride, groups: count },
			{
				x: integers(i, [1, ...sizes[i % 3], count]),
				w: integers(i + 1e3, [...kernel, 1, count * each]),
			},
			(x, w) =>
				tf.depthwiseConv2d(
					x,
					w.reshape([...kernel, count, each]),
					stride,
					"same",
				),
		);
	}
}

const families = {
	convolution: [convolutions, transposedConvolutions, depthwiseConvolutions],
	optimizers: [optimizerSteps],
	pooling: [maxPools, averagePools],
	defaults: [defaults],
};
for (const [family, generators] of Object.entries(families)) {
	const lines = generators.flatMap((g) =>
		[...g()].map((c) => JSON.stringify(c)),
	);
	writeFileSync(
		new URL(`${family}.jsonl`, import.meta.url),
		`${lines.join("\n")}\n`,
	);
	console.log(`${family}: ${lines.length} cases, tfjs ${tf.version.tfjs}`);
}
