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

/**
 * The rate times `factor` after every `every` steps, or at each of the steps
 * `at` (PyTorch `StepLR` and `MultiStepLR`).
 */
export function stepDecay(
	rate: number,
	{ every, at = [], factor = 0.1 }: StepDecay,
): Schedule {
	checkRate(rate);
	checkFactor(factor);
	if (every !== undefined) checkSteps(every);
	return (step) => {
		const drops = every === undefined ? 0 : Math.floor(step / every);
		return rate * factor ** (drops + at.filter((s) => s <= step).length);
	};
}

/** When `stepDecay` lowers the rate. */
export interface StepDecay {
	/** Steps between two drops; default never. */
	readonly every?: number;
	/** Steps with a drop. */
	readonly at?: readonly number[];
	/** Between 0 and 1; default 0.1. */
	readonly factor?: number;
}

/**
 * Any schedule after a linear rise over `steps` steps from nearly 0 to its
 * first rate (Goyal et al. 2017, arXiv:1706.02677); the schedule itself begins
 * where the rise ends.
 */
export function warmUp(steps: number, then: Schedule): Schedule {
	checkSteps(steps);
	return (step) =>
		step < steps ? (then(0) * (step + 1)) / (steps + 1) : then(step - steps);
}

/** Rate from `from` to `to` over `steps` steps, each step the same factor. */
export function exponential(from: number, to: number, steps: number): Schedule {
	checkRate(from);
	checkRate(to);
	checkSteps(steps);
	return (step) => from * (to / from) ** (step / Math.max(steps - 1, 1));
}

/** Options of `reduceOnPlateau`. */
export interface PlateauOptions {
	/** Whether a lower or a higher value is better; default "min", for a loss. */
	readonly mode?: "min" | "max";
	/** Between 0 and 1; default 0.1. */
	readonly factor?: number;
	/** Reports without progress that are put up with; default 10. */
	readonly patience?: number;
	/** Share of the best value by which one must be better to be progress; default 1e-4. */
	readonly threshold?: number;
	/** The rate goes no lower; default 0. */
	readonly minRate?: number;
	/** State of an earlier schedule with these options, to go on from. */
	readonly from?: PlateauState;
}

/** Where a plateau schedule stands; plain JSON, for a checkpoint's metadata. */
export interface PlateauState {
	readonly rate: number;
	/** Best value so far; null before the first. */
	readonly best: number | null;
	/** Reports without progress since the best or the last drop. */
	readonly bad: number;
}

/** A schedule that follows what it is told. */
export interface PlateauSchedule extends Schedule {
	/** To be told after every epoch, such as `onEpoch`'s validation loss. */
	report(value: number): void;
	/** For the option `from` when the training is resumed. */
	state(): PlateauState;
}

/** Lowers the rate when a value stops getting better (PyTorch `ReduceLROnPlateau` with its defaults). */
export function reduceOnPlateau(
	rate: number,
	options: PlateauOptions = {},
): PlateauSchedule {
	const { mode = "min", factor = 0.1, patience = 10 } = options;
	const { threshold = 1e-4, minRate = 0, from } = options;
	checkRate(rate);
	checkFactor(factor);
	const sign = mode === "min" ? 1 : -1;
	let now = from?.rate ?? rate;
	let best = sign * (from?.best ?? sign * Number.POSITIVE_INFINITY);
	let bad = from?.bad ?? 0;
	return Object.assign(() => now, {
		report(value: number) {
			const signed = sign * value;
			// The first value is the best so far, without a margin.
			const margin = Number.isFinite(best) ? threshold * Math.abs(best) : 0;
			if (signed < best - margin) {
				best = signed;
				bad = 0;
			} else if (++bad > patience) {
				const lower = Math.max(now * factor, minRate);
				if (now - lower > LEAST_DROP) now = lower;
				bad = 0;
			}
		},
		state: () => ({
			rate: now,
			best: Number.isFinite(best) ? sign * best : null,
			bad,
		}),
	});
}

/** `reduceOnPlateau` makes no smaller steps (PyTorch's `eps`). */
const LEAST_DROP = 1e-8;

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

function checkFactor(factor: number): void {
	if (!(factor > 0 && factor < 1)) {
		throw new ConfigError(
			`factor ${factor} does not lower the learning rate; give a number between 0 and 1`,
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
