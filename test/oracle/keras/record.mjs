import tf from "@tensorflow/tfjs";

/** Whole numbers but 0 in [-limit, limit]: float32 adds their products up exactly. */
export function integers(seed, shape, limit = 4) {
	return drawn(seed, shape, (random) => {
		const size = 1 + Math.floor(random() * limit);
		return random() < 0.5 ? -size : size;
	});
}

/** Multiples of 1/8 in [low, high], never 0. */
export function eighths(seed, shape, low = -2, high = 2) {
	return drawn(seed, shape, (random) => {
		const steps = (high - low) * 8;
		return low + Math.round(random() * steps) / 8 || 0.125;
	});
}

/** Every whole number once, so that a maximum has no tie. */
export function distinct(seed, shape) {
	const random = generator(seed);
	const values = Array.from({ length: count(shape) }, (_, i) => i);
	for (let i = values.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[values[i], values[j]] = [values[j], values[i]];
	}
	return tf.tensor(values, shape);
}

/**
 * The case of `y = f(...inputs)` and of the gradients of <y, dy> with respect
 * to the inputs in `wrt`. `f` takes the tensors in the order of `inputs`.
 */
export function record(op, attrs, inputs, f, wrt = Object.keys(inputs)) {
	const tensors = Object.values(inputs);
	const y = f(...tensors);
	const found = {
		op,
		attrs,
		inputs: mapValues(inputs, array),
		y: array(y),
	};
	if (wrt.length === 0) return found;
	const dy = integers(y.size, y.shape, 3);
	const loss = (...changed) => {
		const all = { ...inputs };
		wrt.forEach((name, i) => {
			all[name] = changed[i];
		});
		return f(...Object.values(all))
			.mul(dy)
			.sum();
	};
	const grads = tf.grads(loss)(wrt.map((name) => inputs[name]));
	return {
		...found,
		dy: numbers(dy),
		grads: Object.fromEntries(wrt.map((name, i) => [name, numbers(grads[i])])),
	};
}

/** Runs `f` with a layer's variables replaced, so that gradients reach the replacements. */
export function withWeights(layer, values, f) {
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

function array(t) {
	return { shape: t.shape, f32: numbers(t) };
}

/** Eight digits, more than float32 has. */
function numbers(t) {
	return Array.from(t.dataSync(), (v) => Number(v.toPrecision(8)));
}

function drawn(seed, shape, value) {
	const random = generator(seed);
	const values = Array.from({ length: count(shape) }, () => value(random));
	return tf.tensor(values, shape);
}

function count(shape) {
	return shape.reduce((a, b) => a * b, 1);
}

function mapValues(object, f) {
	return Object.fromEntries(Object.entries(object).map(([k, v]) => [k, f(v)]));
}

/** mulberry32 (Tommy Ettinger). */
function generator(seed) {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let z = Math.imul(state ^ (state >>> 15), 1 | state);
		z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
		return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
	};
}
