import {
	blockUntilReady,
	defaultDevice,
	getWebGPUDevice,
	init,
	jit,
	lax,
	nn,
	numpy as np,
	valueAndGrad,
	vjp,
} from "@jax-js/jax";
import {
	ADAM,
	type HostTensor,
	type Layout,
	LEAKY_SLOPE,
	type Library,
	NORM_EPSILON,
	type Ops,
} from "./library.ts";
import { transposed } from "./transposed.ts";

// Its types are not here when it is not installed; see peers.d.ts.
type Tensor = ReturnType<typeof np.array>;

/** Its convolutions want images NCHW and filters OIHW: where each of its axes is in ours. */
const ORDER: Partial<Record<Layout, readonly number[]>> = {
	image: [0, 3, 1, 2],
	filter: [3, 2, 0, 1],
	// Kept as the filter of the convolution whose transpose it is.
	transposedFilter: [3, 2, 0, 1],
};
/** Less than any value here; -inf times 0 in a gradient would be NaN. */
const LEAST = -1e30;

// A call takes over its arguments; `ref` keeps them for the next use.
const ops: Ops<Tensor> = {
	conv(x, w, b) {
		const y = lax.conv(x.ref, w.ref, [1, 1], "SAME");
		return b ? y.add(perChannel(b)) : y;
	},
	convTranspose(x, w, b, stride) {
		const y =
			stride === 2 && w.shape[2] === 2 ? doubled(x, w) : spread(x, w, stride);
		return b ? y.add(perChannel(b)) : y;
	},
	relu: (x) => nn.relu(x.ref),
	leakyRelu: (x) => nn.leakyRelu(x.ref, LEAKY_SLOPE),
	maxPool: (x, size) => (size === 2 ? halved(x) : pooled(x, size)),
	batchNorm(x, gamma, beta) {
		const axes = [0, 2, 3];
		const mean = np.mean(x.ref, axes, { keepdims: true });
		const centred = x.ref.sub(mean);
		const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
		const root = np.sqrt(variance.add(NORM_EPSILON));
		return centred.div(root).mul(perChannel(gamma)).add(perChannel(beta));
	},
	concat: (a, b) => np.concatenate([a.ref, b.ref], 1),
	padRight: (x, columns) =>
		np.pad(x.ref, [
			[0, 0],
			[0, 0],
			[0, 0],
			[0, columns],
		]),
	cropRight: (x, columns) => x.ref.slice([], [], [], [0, x.shape[3] - columns]),
	crossEntropy(logits, labels) {
		const classes = logits.shape[1];
		const logLikelihood = nn.logSoftmax(logits.ref, 1);
		const hot = np.moveaxis(nn.oneHot(labels.ref, classes), -1, 1);
		return np.mean(np.sum(logLikelihood.mul(hot), 1)).neg();
	},
};

/**
 * Transposed convolution 2x2 with stride 2 as a matrix product: lax.convTranspose
 * computes it wrongly on WebGPU. x [N,I,H,W], w [I,O,2,2] -> [N,O,2H,2W].
 */
function doubled(x: Tensor, w: Tensor): Tensor {
	const [n, , h, width] = x.shape;
	const out = w.shape[1];
	// Not einsum, which needs a newer Node than 20.
	const products = np.tensordot(w.ref, x.ref, [[0], [1]]); // o a b n h w
	const parts = products.transpose([3, 0, 4, 1, 5, 2]);
	return parts.reshape([n, out, 2 * h, 2 * width]);
}

/** Any other: the gradient of a convolution with "same" padding, which pads the first edge less. */
function spread(x: Tensor, w: Tensor, stride: number): Tensor {
	const k = w.shape[2];
	const before = (k - stride) >> 1;
	const after = k - stride - before;
	const pads = [k - 1 - before, k - 1 - after];
	return lax.convGeneralDilated(
		x.ref,
		np.flip(np.moveaxis(w.ref, 0, 1), [2, 3]),
		[1, 1],
		[pads, pads],
		{ lhsDilation: [stride, stride] },
	);
}

/** Max pool 2x2 without windows: faster there than reduceWindow. */
function halved(x: Tensor): Tensor {
	const [n, c, h, w] = x.shape;
	return np.max(x.ref.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
}

/** Max pool with stride 2; "same" padding of even extents is all at the end. */
function pooled(x: Tensor, size: number): Tensor {
	const edges = [
		[0, 0],
		[0, 0],
		[0, size - 2],
		[0, size - 2],
	];
	const inside = np.pad(np.onesLike(x.ref), edges);
	const padded = np.where(inside.greater(0), np.pad(x.ref, edges), LEAST);
	return lax.reduceWindow(
		padded,
		(v: Tensor) => np.max(v),
		[size, size],
		[2, 2],
	);
}

const perChannel = (v: Tensor): Tensor => v.ref.reshape([1, -1, 1, 1]);

export async function open(): Promise<Library<Tensor>> {
	await init("webgpu");
	defaultDevice("webgpu");
	return {
		device: getWebGPUDevice().adapterInfo?.architecture ?? "webgpu",
		place: "gpu",
		ops,
		put,
		get,
		convInputGrad(dy, w) {
			const back = np.flip(np.moveaxis(w.ref, 0, 1), [2, 3]);
			return lax.conv(dy.ref, back, [1, 1], "SAME");
		},
		convWeightGrad(x, dy, kernel) {
			const shape = [dy.shape[1], x.shape[1], kernel, kernel];
			const f = (w: Tensor) => lax.conv(x.ref, w, [1, 1], "SAME");
			const [y, back] = vjp(f, [np.zeros(shape)]);
			y.dispose();
			return back(dy.ref)[0];
		},
		vjp(f, inputs, count, dy) {
			const rest = inputs.slice(count);
			const first = inputs.slice(0, count).map((t) => t.ref);
			const [y, back] = vjp((...xs: Tensor[]) => f(...xs, ...rest), first);
			return [y, ...back(dy ? dy.ref : np.array(1))];
		},
		prepare(f) {
			const compiled = jit(f);
			return (...inputs) => compiled(...inputs.map((t) => t.ref));
		},
		trainer,
		free(tensors) {
			for (const t of tensors) t.dispose();
		},
		async done(tensors) {
			await blockUntilReady(tensors);
		},
	};
}

function put({ values, shape, layout }: HostTensor): Tensor {
	const dtype = layout === "labels" ? np.int32 : np.float32;
	const order = ORDER[layout];
	if (!order) return np.array(values, { shape, dtype });
	const own = transposed(values as Float32Array, shape, order);
	return np.array(own, { shape: order.map((axis) => shape[axis]), dtype });
}

async function get(t: Tensor, layout: Layout): Promise<Float32Array> {
	const order = ORDER[layout];
	const { shape } = t;
	const values = await t.ref.data();
	if (!order) return values;
	return transposed(
		values,
		shape,
		order.map((_, axis) => order.indexOf(axis)),
	);
}

const trainer: Library<Tensor>["trainer"] = (loss, params) => {
	const { rate, beta1, beta2, epsilon } = ADAM;
	const step = jit(
		(
			params: Tensor[],
			means: Tensor[],
			squares: Tensor[],
			correction: Tensor[],
			x: Tensor,
			labels: Tensor,
		) => {
			const f = (all: Tensor[]) => loss(all, x, labels);
			const [value, grads] = valueAndGrad(f)(params.map((p) => p.ref));
			const m = means.map((m, i) =>
				m.mul(beta1).add(grads[i].ref.mul(1 - beta1)),
			);
			const v = squares.map((v, i) =>
				v.mul(beta2).add(np.square(grads[i]).mul(1 - beta2)),
			);
			const updated = params.map((p, i) => {
				const root = np.sqrt(v[i].ref.mul(correction[1].ref)).add(epsilon);
				return p.sub(m[i].ref.mul(correction[0].ref).div(root));
			});
			return [value, updated, m, v];
		},
	);
	let count = 0;
	let means = params.map((p) => np.zeros(p.shape));
	let squares = params.map((p) => np.zeros(p.shape));
	let weights = params;
	return async (x, labels) => {
		count++;
		const correction = [
			np.array(rate / (1 - beta1 ** count)),
			np.array(1 / (1 - beta2 ** count)),
		];
		const all = step(weights, means, squares, correction, x.ref, labels.ref);
		const value: Tensor = all[0];
		[, weights, means, squares] = all;
		// One compiled program gives them all: reading the loss runs all of it.
		return (await value.data())[0];
	};
};
