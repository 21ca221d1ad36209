// Writes what Keras's layers and TensorFlow's ops give where their conventions
// differ from PyTorch's: TensorFlow.js, whose layers are Keras's.
import { writeFileSync } from "node:fs";
import tf from "@tensorflow/tfjs";
import { distinct, eighths, integers, record } from "./record.mjs";

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
			[4, 3],
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

/** Runs `f` with a layer's variables replaced, so that gradients reach the replacements. */
function withWeights(layer, values, f) {
	const reads = layer.weights.map((weight) => weight.read);
	layer.weights.forEach((weight, i) => {
		weight.read = () => values[i];
	});
	try {
		return f();
	} finally {
		layer.weights.forEach((weight, i) => {
			weight.read = reads[i];
		});
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

/** Layers with their defaults, which are the ops' defaults too. */
function* defaults() {
	const x = eighths(1, [2, 3, 4, 4]);
	yield record("leakyRelu", {}, { x }, (t) => tf.layers.leakyReLU().apply(t));
	yield record("maxPool", {}, { x: distinct(2, [1, 6, 5, 4]) }, (t) =>
		tf.layers.maxPooling2d({}).apply(t),
	);
	// No gradient: TensorFlow.js 4.22 gives the second image that of another place.
	yield record(
		"upsampleNearest",
		{},
		{ x },
		(t) => tf.layers.upSampling2d({}).apply(t),
		[],
	);
	yield record("softmax", {}, { x }, (t) =>
		tf.layers.softmax({ axis: 3 }).apply(t),
	);

	const norm = tf.layers.batchNormalization();
	norm.build(x.shape);
	const gamma = eighths(3, [4]);
	const beta = eighths(4, [4]);
	const moving = [eighths(5, [4]), eighths(6, [4], 1, 3)];
	// Evaluation, then training, which moves the moving moments.
	yield record(
		"normalize",
		{},
		{ x, moments: tf.stack(moving), gamma, beta },
		(t, moments, ...affine) =>
			withWeights(norm, [...affine, ...tf.unstack(moments)], () =>
				norm.apply(t),
			),
	);
	yield record("batchNorm", {}, { x, gamma, beta }, (t, ...affine) =>
		withWeights(norm, [...affine, ...moving], () =>
			norm.apply(t, { training: true }),
		),
	);
	norm.setWeights([gamma, beta, ...moving]);
	norm.apply(x, { training: true });
	const { mean, variance } = tf.moments(x, [0, 1, 2]);
	const after = tf.stack(norm.getWeights().slice(2));
	yield record(
		"updateMoments",
		{},
		{ running: tf.stack(moving), batch: tf.stack([mean, variance]) },
		() => after,
		[],
	);
}

const families = {
	convolution: [convolutions, transposedConvolutions],
	pooling: [maxPools],
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
