import { type Move, warp } from "./augment-warp.ts";
import {
	AUGMENTATIONS,
	type AugmentationName,
	type Operation,
} from "./augmentations.ts";
import { type Random, uniform } from "./random.ts";

/** An image and its labels, to be changed in place. */
export interface Pixels {
	/** Net input, H,W,C. */
	readonly x: Float32Array;
	/** Class numbers, H,W; 255 = ignored. */
	readonly labels: Uint8Array;
	readonly height: number;
	readonly width: number;
	readonly channels: number;
}

/** One kind of change; plain JSON. */
export interface AugmentStep {
	readonly name: AugmentationName;
	/** How often an image is changed so, 0 to 1. */
	readonly probability: number;
	/** The lowest and the highest strength; each image gets one in between. */
	readonly range?: readonly [number, number];
}

/** What happens to training images; plain JSON. */
export interface AugmentConfig {
	readonly steps: readonly AugmentStep[];
	/**
	 * `each`: every step by its own probability, in their order. `one`: at
	 * most one of them, by probabilities that sum up to at most 1.
	 */
	readonly choose: "each" | "one";
	/** Label of pixels that come from beyond the image: a class, or 255 = ignored. */
	readonly outside: number;
}

/** Changes an image and its labels alike, in place, as the random numbers decide. */
export function augment(
	pixels: Pixels,
	config: AugmentConfig,
	random: Random,
): void {
	let moves: Move[] = [];
	const flush = () => {
		if (moves.length > 0) warp(pixels, moves, config.outside);
		moves = [];
	};
	for (const step of chosen(config, random)) {
		const operation = operationOf(step, pixels, random);
		if ("move" in operation) moves.push(operation.move);
		else {
			flush();
			operation.apply(pixels);
		}
	}
	flush();
}

function* chosen(
	{ steps, choose }: AugmentConfig,
	random: Random,
): Generator<AugmentStep> {
	if (choose === "each") {
		for (const step of steps) {
			if (uniform(random, 0, 1) < step.probability) yield step;
		}
		return;
	}
	let left = uniform(random, 0, 1);
	for (const step of steps) {
		left -= step.probability;
		if (left < 0) {
			yield step;
			return;
		}
	}
}

function operationOf(
	step: AugmentStep,
	pixels: Pixels,
	random: Random,
): Operation {
	const { strength, operation } = AUGMENTATIONS[step.name];
	const [low, high] = step.range ?? strength?.usual ?? [0, 0];
	const value = strength?.whole
		? low + random.below(high - low + 1)
		: uniform(random, low, high);
	return operation(value, pixels, random);
}
