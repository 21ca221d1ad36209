import { type Tensor, tensor } from "../engine/index.ts";
import { conv2d, softmaxCrossEntropy } from "../kernels/index.ts";
import type { UnetConfig } from "./config.ts";
import type { Forward } from "./forward.ts";
import { type Loss, targetLoss } from "./losses.ts";

/** Channels of the head's outputs. */
export function headChannels({ classes, targets }: UnetConfig): number {
	return targets ? targets[0].length : classes;
}

/**
 * Scores of the classes [N, H, W, classes], whose softmax is their probability,
 * from the head's outputs. Of sigmoids class 0 has score 0; that of class 1 says
 * on which side of the middle between the two targets the outputs lie, which
 * for a single one is whether its sigmoid is above 1/2.
 */
export function classScores({ targets }: UnetConfig, outputs: Tensor): Tensor {
	if (!targets) return outputs;
	const [zero, one] = targets;
	const { device } = outputs;
	const way = one.map((t, c) => t - zero[c]);
	const length = way.reduce((sum, d) => sum + Math.abs(d), 0);
	const middle = way.reduce(
		(sum, d, c) => sum + (d * (logit(zero[c]) + logit(one[c]))) / 2,
		0,
	);
	const weight = way.flatMap((d) => [0, d / length]);
	return conv2d(
		outputs,
		tensor(weight, [1, 1, way.length, 2], { device }),
		tensor([0, -middle / length], [2], { device }),
	);
}

/** What `loss` makes of the scores; without it the cross-entropy that fits the head. */
export function headLoss(
	{ targets }: UnetConfig,
	loss: Loss | undefined,
): (out: Forward, ...rest: Tail<Parameters<Loss>>) => Tensor {
	if (!loss && targets) {
		const own = targetLoss(targets);
		return ({ outputs }, ...rest) => own(outputs, ...rest);
	}
	const onScores = loss ?? softmaxCrossEntropy;
	return ({ logits }, ...rest) => onScores(logits, ...rest);
}

type Tail<T extends readonly unknown[]> = T extends readonly [
	unknown,
	...infer R,
]
	? R
	: never;

/** log(p / (1 - p)), within what an 8-bit colour tells apart. */
function logit(p: number): number {
	const inside = Math.min(Math.max(p, 1 / 512), 511 / 512);
	return Math.log(inside / (1 - inside));
}
