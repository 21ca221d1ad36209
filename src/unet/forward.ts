import {
	formatShape,
	type Live,
	ShapeError,
	scope,
	type Tensor,
} from "../engine/index.ts";
import {
	add,
	concat,
	conv2d,
	convTranspose2d,
	crop,
	maxPool,
	pad,
} from "../kernels/index.ts";
import { type Frame, frameOf, type Sides } from "./frame.ts";
import { classScores } from "./head.ts";
import { convolutions, finish, type Layers, upsample } from "./layers.ts";
import type { Model, NamedTensors } from "./model.ts";
import { BACKBONE, skipLevel } from "./parameters.ts";

/** Options of `forward`. */
export interface ForwardOptions {
	/** Normalise by the batch's own moments, and drop values; default false. */
	readonly training?: boolean;
	/** In training: whether a backbone is used as it is, normalised by its running moments; default false. */
	readonly frozen?: boolean;
	/** With padding "valid": x brings the border that convolutions take away, so that nothing is added and the results are smaller; default false. */
	readonly context?: boolean;
	/** Step of the training, which decides what dropout drops; default 0. */
	readonly step?: number | Live;
}

/** Result of `forward`. */
export interface Forward {
	/** Scores before the softmax, [N, H, W, classes], at the input's own height and width. */
	readonly logits: Tensor;
	/** What the head computed: the scores, or of sigmoids what is before them, [N, H, W, outputs]. */
	readonly outputs: Tensor;
	/** In training: mean and variance of this batch, named like the model's `state`. Else empty. */
	readonly moments: NamedTensors;
}

/**
 * Runs the network on images x [N, H, W, inChannels] of any height and width;
 * zeros are added as the network needs them and cut off again. In training the normalisation uses the batch's own moments, which
 * are returned so that `updateMoments` can take them into the running ones.
 * `params` is an argument of its own so that `valueAndGrad` can differentiate it.
 * @throws ShapeError when x has another rank or channel count.
 */
export function forward(
	model: Pick<Model, "config" | "encoder" | "state">,
	params: NamedTensors,
	x: Tensor,
	{
		training = false,
		frozen = false,
		context = false,
		step = 0,
	}: ForwardOptions = {},
): Forward {
	const { config, encoder } = model;
	if (x.shape.length !== 4 || x.shape[3] !== config.inChannels) {
		throw new ShapeError(
			`unet: x is ${formatShape(x.shape)}; this model takes [N,H,W,${config.inChannels}]`,
		);
	}
	const [, h, w] = x.shape;
	const frame = context ? BARE : frameOf(config, h, w);
	const gathered: Record<string, Tensor> = {};

	// A scope per level frees its intermediate results at once when no gradient is wanted.
	const within = <T extends Tensor | readonly Tensor[]>(
		work: (layers: Layers) => T,
	): T => {
		const { y, batch } = scope(() => {
			const batch: Record<string, Tensor> = {};
			const { state } = model;
			return {
				y: work({ config, state, params, training, step, batch }),
				batch,
			};
		});
		Object.assign(gathered, batch);
		return y;
	};

	const image = isNone(frame.pad) ? x : pad(x, { padding: frame.pad });
	const skips: Tensor[] = [];
	if (encoder) {
		const byBatch = config.backboneMoments === "batch";
		const results = within(({ batch, ...tensors }) =>
			encoder.results(
				{
					prefix: BACKBONE,
					...tensors,
					batch: training && !frozen && byBatch ? batch : undefined,
				},
				image,
			),
		);
		skips.push(...results);
	} else {
		config.encoder.forEach((_, i) => {
			const above = skips[i - 1] ?? image;
			skips.push(within((layers) => encode(layers, i, above)));
		});
	}
	let y = skips[skips.length - 1];
	for (let i = config.decoder.length - 1; i >= 0; i--) {
		const below = y;
		const skip: Tensor | undefined = skips[skipLevel(config, i)];
		y = within((layers) => decode(layers, i, below, skip));
	}
	const [weight, bias] = [params["head.weight"], params["head.bias"]];
	const whole = encoder
		? convTranspose2d(y, weight, bias, { stride: 2, padding: "same" })
		: conv2d(y, weight, bias, { padding: config.padding });
	const outputs = cropped(whole, frame.crop);
	return { logits: classScores(config, outputs), outputs, moments: gathered };
}

function encode(layers: Layers, level: number, x: Tensor): Tensor {
	const { encoder, pooling } = layers.config;
	const prefix = `encoder.${level}`;
	if (pooling === "between") {
		return convolutions(layers, prefix, level === 0 ? x : maxPool(x));
	}
	const deepest = level === encoder.length - 1;
	return convolutions(layers, prefix, x, deepest ? undefined : poolOverlapping);
}

const poolOverlapping = (x: Tensor) =>
	maxPool(x, { size: 3, stride: 2, padding: "same" });

function decode(
	layers: Layers,
	level: number,
	below: Tensor,
	skip: Tensor | undefined,
): Tensor {
	const { config } = layers;
	const prefix = `decoder.${level}`;
	let y = upsample(layers, `${prefix}.up`, below);
	if (config.upFinish === "before") y = finish(layers, `${prefix}.norm.up`, y);
	if (skip) {
		const middle = cropped(skip, surplus(skip, y));
		y = config.skip === "add" ? add(middle, y) : concat(middle, y);
	}
	if (config.upFinish === "after") y = finish(layers, `${prefix}.norm.join`, y);
	return convolutions(layers, prefix, y);
}

const BARE: Frame = { pad: [0, 0, 0, 0], crop: [0, 0, 0, 0] };

const isNone = (sides: Sides) => sides.every((n) => n === 0);

function cropped(x: Tensor, sides: Sides): Tensor {
	return isNone(sides) ? x : crop(x, { padding: sides });
}

/** What x has more than y, half on each side. */
function surplus(x: Tensor, y: Tensor): Sides {
	const [h, w] = [1, 2].map((i) => (x.shape[i] - y.shape[i]) / 2);
	return [h, h, w, w];
}
