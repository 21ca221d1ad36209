import type { Initialiser } from "../init.ts";

/**
 * What the layers of a convolutional network do to a value: a tensor when the
 * network runs, its channel count when its weights are listed. A network is
 * written once, as a function of this. Names are those of Keras's layers.
 */
export interface LayerSet<T> {
	/** Convolution without bias; x [N,H,W,C] -> [N,OH,OW,channels]. */
	conv(
		name: string,
		x: T,
		window: {
			readonly channels: number;
			readonly kernel: number;
			readonly stride?: number;
			readonly padding?: "same" | number;
		},
	): T;
	/** 3x3 convolution of every channel by itself, padding "same", without bias. */
	depthwise(name: string, x: T, stride: number): T;
	/** Batch normalisation. */
	norm(name: string, x: T): T;
	relu(x: T): T;
	/** min(max(x, 0), 6). */
	relu6(x: T): T;
	/** 3x3 max pooling with stride 2 and one pixel of padding. */
	maxPool(x: T): T;
	/** 2x2 average pooling. */
	avgPool(x: T): T;
	concat(a: T, b: T): T;
	add(a: T, b: T): T;
}

/** A published network. */
export interface Network {
	readonly name: string;
	/** What it was trained to see: mean and variance of images between 0 and 1, per channel. */
	readonly input: {
		readonly mean: readonly number[];
		readonly variance: readonly number[];
	};
	/** Added to the variances. */
	readonly epsilon: number;
	/** From the image to five results, at 1/2, 1/4, 1/8, 1/16 and 1/32 of its height and width. */
	layers<T>(l: LayerSet<T>, image: T): readonly T[];
}

/** One tensor of an encoder, in Keras's layout: convolutions HWIO, depthwise ones [kh, kw, C, 1]. */
export interface EncoderTensor {
	readonly name: string;
	readonly shape: readonly number[];
	/** How a tensor that training changes starts. */
	readonly init: Initialiser;
	/** Whether it is a running moment, which no gradient changes. */
	readonly moment: boolean;
}

/** Tensors of a network, in the order of its layers, and the channels of its five results. */
export function encoderTensors(network: Network): {
	tensors: EncoderTensor[];
	channels: readonly number[];
} {
	const tensors: EncoderTensor[] = [];
	const put = (
		name: string,
		shape: readonly number[],
		init: Initialiser = "heNormal",
		moment = false,
	) => {
		tensors.push({ name, shape, init, moment });
	};
	const same = (x: number) => x;
	const channels = network.layers<number>(
		{
			conv(name, x, { kernel, channels: to }) {
				put(`${name}/kernel`, [kernel, kernel, x, to]);
				return to;
			},
			depthwise(name, x) {
				put(`${name}/depthwise_kernel`, [3, 3, x, 1]);
				return x;
			},
			norm(name, x) {
				put(`${name}/gamma`, [x], "ones");
				put(`${name}/beta`, [x], "zeros");
				put(`${name}/moving_mean`, [x], "zeros", true);
				put(`${name}/moving_variance`, [x], "ones", true);
				return x;
			},
			relu: same,
			relu6: same,
			maxPool: same,
			avgPool: same,
			concat: (a, b) => a + b,
			add: same,
		},
		3,
	);
	return { tensors, channels };
}

/** A depthwise kernel [kh, kw, C, 1] is [kh, kw, 1, C] in memory: the same values as a grouped convolution's. */
export function memoryShape(shape: readonly number[]): readonly number[] {
	const [kh, kw, channels, each] = shape;
	return shape.length === 4 && each === 1 ? [kh, kw, 1, channels] : shape;
}
