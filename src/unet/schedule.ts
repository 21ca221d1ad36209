import { ConfigError } from "./errors.ts";

/** Learning rate of a step; the first step of a training is 0. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export function constant(rate: number): Schedule {
	checkRate(rate);
	return () => rate;
}

/**
 * From `peak` down to `end` along half a cosine over `steps` steps, and `end`
 * from there on (Loshchilov and Hutter 2016; PyTorch `CosineAnnealingLR`).
 */
export function cosine(peak: number, steps: number, end = 0): Schedule {
	checkRate(peak);
	checkSteps(steps);
	return (step) => anneal(peak, end, step / steps);
}

/**
 * One cycle with warm-up (Smith and Topin 2017): up from peak/25 to `peak`
 * over the share `warmup` of the steps, then down to peak/250,000, both along
 * half a cosine. Numbers as PyTorch's `OneCycleLR` with its defaults.
 */
export function oneCycle(peak: number, steps: number, warmup = 0.3): Schedule {
	checkRate(peak);
	checkSteps(steps);
	if (!(warmup >= 0 && warmup <= 1)) {
		throw new ConfigError(`warm-up ${warmup} is not a share from 0 to 1`);
	}
	const start = peak / 25;
	const top = Math.max(0, warmup * steps - 1);
	const last = steps - 1;
	return (step) =>
		step < top
			? anneal(start, peak, step / top)
			: anneal(peak, start / 1e4, (step - top) / Math.max(last - top, 1));
}

/** Half a cosine from `from` at t = 0 to `to` at t = 1, constant outside. */
function anneal(from: number, to: number, t: number): number {
	const at = Math.min(Math.max(t, 0), 1);
	return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * at));
}

/** Rejects a learning rate with which nothing can be learnt. */
function checkRate(rate: number): void {
	if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) {
		throw new ConfigError(
			`learning rate ${rate} does not train; give a number above 0, usually 1e-4 to 1e-2`,
		);
	}
}

function checkSteps(steps: number): void {
	if (!Number.isInteger(steps) || steps < 1) {
		throw new ConfigError(
			`a schedule over ${steps} steps is not possible; give a whole number of at least 1`,
		);
	}
}
