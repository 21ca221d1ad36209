import tf from "@tensorflow/tfjs";
import { distinct, eighths, record, withWeights } from "./record.mjs";

/** TensorFlow's optimizers in Keras's form: the rate and epsilon inside where PyTorch has them outside. */
export function* optimizerSteps() {
	// Without Adadelta: TensorFlow.js 4.22 divides by the mean before its update.
	const inside = { epsilon: 1e-7, epsilonInside: true };
	const forms = [
		["sgdUpdate", {}, () => tf.train.sgd(0.1)],
		["sgdUpdate", { momentum: 0.9 }, () => tf.train.momentum(0.1, 0.9)],
		[
			"sgdUpdate",
			{ momentum: 0.9, nesterov: true },
			() => tf.train.momentum(0.1, 0.9, true),
		],
		[
			"rmspropUpdate",
			{ rho: 0.9, rateInside: true, ...inside },
			() => tf.train.rmsprop(0.1, 0.9, 0, 1e-7),
		],
		[
			"rmspropUpdate",
			{ rho: 0.5, momentum: 0.9, rateInside: true, ...inside },
			() => tf.train.rmsprop(0.1, 0.5, 0.9, 1e-7),
		],
		["adagradUpdate", inside, () => tf.train.adagrad(0.1, 0)],
		["adamUpdate", { epsilon: 1e-7 }, () => tf.train.adam(0.1)],
	];
	for (const [i, [op, attrs, make]] of forms.entries()) {
		const all = { op, learningRate: 0.1, ...attrs };
		yield steps("optimizerSteps", all, make, i);
	}
	// With the rates and other defaults of Keras's classes.
	const named = [
		["sgd", {}, () => tf.train.sgd(0.01)],
		["sgd", { momentum: 0.9 }, () => tf.train.momentum(0.01, 0.9)],
		["rmsprop", {}, () => tf.train.rmsprop(0.001, 0.9, 0, 1e-7)],
		[
			"rmsprop",
			{ centered: true },
			() => tf.train.rmsprop(0.001, 0.9, 0, 1e-7, true),
		],
		[
			"rmsprop",
			{ centered: true, momentum: 0.5, rho: 0.5 },
			() => tf.train.rmsprop(0.001, 0.5, 0.5, 1e-7, true),
		],
		["adagrad", {}, () => tf.train.adagrad(0.001, 0.1)],
	];
	for (const [i, [name, more, make]] of named.entries()) {
		const options = { convention: "keras", ...more };
		yield steps("optimizer", { name, options }, make, 100 + i);
	}
}

function steps(op, attrs, make, i) {
	const gradients = eighths(i, [5, 6]);
	const w = eighths(i + 1e3, [6]);
	const variable = tf.variable(w, true, `w${i}`);
	const optimizer = make();
	for (const g of tf.unstack(gradients)) {
		optimizer.applyGradients({ [variable.name]: g });
	}
	return record(op, attrs, { w, gradients }, () => variable, []);
}

/** Layers with their defaults, which are the ops' defaults too. */
export function* defaults() {
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

	const layerNorm = tf.layers.layerNormalization();
	layerNorm.build(x.shape);
	yield record(
		"layerNorm",
		{},
		{ x, gamma: eighths(7, [4]), beta: eighths(8, [4]) },
		(t, ...affine) => withWeights(layerNorm, affine, () => layerNorm.apply(t)),
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
