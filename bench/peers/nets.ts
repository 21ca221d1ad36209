import type { HostTensor, Layout, Ops } from "./library.ts";
import { symmetric } from "./numbers.ts";
import type steps from "./steps.json";

/** A net, its input and what is special about it. steps.json has them all; bench/torch_unet.py reads it too. */
export type StepForm = (typeof steps)[number];

interface Weight {
	readonly layout: Layout;
	readonly shape: readonly number[];
	/** First value of each element of a vector. */
	readonly first: number;
}

/** The ops and the weights, which a net asks for in the order in which it uses them. */
interface Layers<T> extends Ops<T> {
	weight(layout: Layout, shape: readonly number[], first?: number): T;
}

/** Scores of each class for a batch of images. */
export function scores<T>(
	form: StepForm,
	ops: Ops<T>,
	params: readonly T[],
	x: T,
): T {
	let next = 0;
	return netOf(form)({ ...ops, weight: () => params[next++] }, x, form);
}

/** First weights of a net: Glorot's uniform distribution (Keras), zeros for biases, ones for gamma. */
export function firstWeights(form: StepForm): HostTensor[] {
	return weightsOf(form).map(({ layout, shape, first }, seed) => {
		const size = shape.reduce((a, b) => a * b);
		if (layout === "vector") {
			return { layout, shape, values: new Float32Array(size).fill(first) };
		}
		const limit = Math.sqrt(6 / (shape[0] * shape[1] * (shape[2] + shape[3])));
		return { layout, shape, values: symmetric(seed, size, limit) };
	});
}

function weightsOf(form: StepForm): Weight[] {
	const weights: Weight[] = [];
	const weight = (layout: Layout, shape: readonly number[], first = 0) => {
		weights.push({ layout, shape, first });
		return null;
	};
	// Only what the net asks for counts: all ops give the same nothing.
	const nothing = new Proxy({ weight } as Layers<null>, {
		get: (layers, name) => (name === "weight" ? layers.weight : () => null),
	});
	netOf(form)(nothing, null, form);
	return weights;
}

function netOf({ net }: StepForm) {
	return net === "pets" ? petsNet : m2nistNet;
}

function conv<T>(l: Layers<T>, x: T, from: number, to: number, k: number): T {
	const w = l.weight("filter", [k, k, from, to]);
	return l.conv(x, w, l.weight("vector", [to]));
}

function up<T>(
	l: Layers<T>,
	x: T,
	[from, to]: [number, number],
	k: number,
	stride: number,
): T {
	const w = l.weight("transposedFilter", [k, k, to, from]);
	return l.convTranspose(x, w, l.weight("vector", [to]), stride);
}

/** shared/seeds/003: convolutions 3x3 with ReLU in pairs, transposed ones 2x2, no normalisation. */
function petsNet<T>(
	l: Layers<T>,
	x: T,
	{ base, channels, classes }: StepForm,
): T {
	const pair = (x: T, from: number, to: number) => {
		const y = l.relu(conv(l, x, from, to, 3));
		return l.relu(conv(l, y, to, to, 3));
	};
	const skips: T[] = [];
	let y = x;
	let from = channels;
	for (const factor of [1, 2, 4, 8]) {
		const skip = pair(y, from, base * factor);
		skips.push(skip);
		y = l.maxPool(skip, 2);
		from = base * factor;
	}
	for (const factor of [8, 4, 2, 1]) {
		const to = base * factor;
		y = up(l, pair(y, from, 2 * to), [2 * to, to], 2, 2);
		y = l.concat(y, skips.pop() as T);
		from = 2 * to;
	}
	return conv(l, pair(y, from, base), base, classes, 3);
}

/** shared/seeds/004: LeakyReLU and batch normalisation, pools 3x3, transposed convolutions 5x5; 84 columns padded to 96. */
function m2nistNet<T>(
	l: Layers<T>,
	x: T,
	{ base, channels, classes }: StepForm,
): T {
	const norm = (x: T, c: number) =>
		l.batchNorm(x, l.weight("vector", [c], 1), l.weight("vector", [c]));
	const activate = (x: T, c: number) => norm(l.leakyRelu(x), c);
	const skips: [T, number][] = [];
	let y = l.padRight(x, 12);
	let from = channels;
	for (const [factor, k] of [
		[1, 5],
		[2, 5],
		[4, 5],
		[4, 3],
		[4, 3],
	]) {
		const to = base * factor;
		y = l.leakyRelu(conv(l, y, from, to, k));
		y = activate(l.maxPool(conv(l, y, to, to, k), 3), to);
		skips.push([y, to]);
		from = to;
	}
	skips.pop();
	for (let i = 0; i < 2; i++) {
		y = activate(conv(l, y, from, from, 3), from);
	}
	for (const factor of [4, 4, 2, 2]) {
		const to = base * factor;
		const [skip, skipChannels] = skips.pop() as [T, number];
		y = l.concat(skip, up(l, y, [from, to], 5, 2));
		from = skipChannels + to;
		y = activate(y, from);
	}
	y = activate(up(l, y, [from, classes], 5, 2), classes);
	return l.cropRight(up(l, y, [classes, classes], 5, 1), 12);
}
