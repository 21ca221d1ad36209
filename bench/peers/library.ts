// What a library must offer to be measured. Each library has one file that does.

/** What the extents of a tensor mean, so that a library can keep it in an order of its own. */
export type Layout =
	/** [batch, height, width, channels] */
	| "image"
	/** [height, width, in, out] */
	| "filter"
	/** [height, width, out, in], of a transposed convolution */
	| "transposedFilter"
	/** [channels] */
	| "vector"
	/** Class numbers [batch, height, width]. */
	| "labels"
	/** One number. */
	| "scalar";

/** A tensor on the host, in the order that its layout names. */
export interface HostTensor {
	readonly layout: Layout;
	readonly shape: readonly number[];
	readonly values: Float32Array | Int32Array;
	/** Of labels. */
	readonly classes?: number;
}

/** The layers of the nets; none consumes its inputs. */
export interface Ops<T> {
	/** Stride 1, padding "same". */
	conv(x: T, w: T, b?: T): T;
	/** Padding "same": the output is `stride` times as large. */
	convTranspose(x: T, w: T, b: T | undefined, stride: number): T;
	relu(x: T): T;
	/** Negative values times 0.3, as Keras. */
	leakyRelu(x: T): T;
	/** Stride 2, padding "same". */
	maxPool(x: T, size: number): T;
	/** By the batch's own moments; epsilon 1e-3, as Keras. */
	batchNorm(x: T, gamma: T, beta: T): T;
	/** Along the channels. */
	concat(a: T, b: T): T;
	/** Zeros at the right edge. */
	padRight(x: T, columns: number): T;
	cropRight(x: T, columns: number): T;
	/** Softmax cross-entropy, mean over all pixels. */
	crossEntropy(logits: T, labels: T): T;
}

/** A library, opened on a device. */
export interface Library<T> {
	/** The adapter or other device that it says it runs on. */
	readonly device: string;
	/** Which process computes: the one that runs shaders, or the page's own. */
	readonly place: "gpu" | "page";
	readonly ops: Ops<T>;
	/** Called when it is its turn again, by libraries that keep something in globals. */
	enter?(): void;
	put(host: HostTensor): T;
	/** Values in the order that the layout names. */
	get(t: T, layout: Layout): Promise<Float32Array>;
	/** Gradient of `ops.conv` with respect to x. */
	convInputGrad(dy: T, w: T): T;
	/** Gradient of `ops.conv` with respect to w. */
	convWeightGrad(x: T, dy: T, kernel: number): T;
	/**
	 * f(...inputs) and its gradients with respect to the first `count` inputs,
	 * weighted by `dy`; without it f is a loss.
	 */
	vjp(f: (...inputs: T[]) => T, inputs: T[], count: number, dy?: T): T[];
	/** f made ready for many calls: compiled where the library compiles; temporaries are freed. */
	prepare(f: (...inputs: T[]) => T[]): (...inputs: T[]) => T[];
	/** A training step with Adam (rate 1e-3, epsilon 1e-7) that returns its loss; takes over `params`. */
	trainer(
		loss: (params: T[], x: T, labels: T) => T,
		params: T[],
	): (x: T, labels: T) => Promise<number>;
	free(tensors: readonly T[]): void;
	/** Resolves when everything that the tensors need has run. */
	done(tensors: readonly T[]): Promise<void>;
}

/** What the program of a library exports. */
export interface LibraryModule {
	open(): Promise<Library<unknown>>;
}

/** The rate and the epsilon of Adam; its betas are 0.9 and 0.999 everywhere. */
export const ADAM = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
export const LEAKY_SLOPE = 0.3;
export const NORM_EPSILON = 1e-3;
