import type { AugmentConfig, AugmentStep } from "./augment.ts";
import { AUGMENTATIONS, type AugmentationName } from "./augmentations.ts";
import { UsageError } from "./errors.ts";

/** Names that stand for several steps. */
const SHORTHANDS: ReadonlyMap<string, readonly AugmentationName[]> = new Map([
	["flips", ["flip-left-right", "flip-up-down"]],
]);

/** What can be checked of images before any is read. */
interface Shape {
	readonly height: number;
	readonly width: number;
	readonly channels: number;
}

/**
 * Reads `flips,rot90,brightness=0.1`: names, each with an optional strength
 * (`=0.1`, or `=0.5:2` for its lowest and highest) and probability (`@0.3`).
 * Throws UsageError naming what is wrong.
 */
export function parseAugment(text: string): AugmentStep[] {
	return text.split(",").flatMap((part) => {
		const match = /^([a-z0-9-]+)(?:=([^@]*))?(?:@(.*))?$/.exec(part.trim());
		if (!match) throw wrong(part, "write NAME, NAME=0.1 or NAME=0.5:2@0.3");
		const [, name, strength, probability] = match;
		return (SHORTHANDS.get(name) ?? [name]).map((each) => {
			const step = {
				name: each as AugmentationName,
				probability:
					probability === undefined
						? kindOf(each, part).probability
						: numberOf(probability, part),
				...(strength !== undefined && { range: rangeOf(each, strength, part) }),
			};
			checkStep(step, part);
			return step;
		});
	});
}

function rangeOf(
	name: string,
	strength: string,
	part: string,
): readonly [number, number] {
	const kind = kindOf(name, part).strength;
	if (!kind) throw wrong(part, `${name} takes no strength; write ${name}`);
	const numbers = strength.split(":").map((n) => numberOf(n, part));
	if (numbers.length > 2) throw wrong(part, `write ${name}=LOW:HIGH`);
	if (numbers.length === 2) return [numbers[0], numbers[1]];
	const [low, high] = kind.spread(numbers[0]);
	return low <= high ? [low, high] : [high, low];
}

function numberOf(text: string, part: string): number {
	const value = text.trim() === "" ? Number.NaN : Number(text);
	if (Number.isFinite(value)) return value;
	throw wrong(part, `${JSON.stringify(text)} is no number`);
}

function kindOf(name: string, part: string) {
	if (Object.hasOwn(AUGMENTATIONS, name)) {
		return AUGMENTATIONS[name as AugmentationName];
	}
	const known = [...SHORTHANDS.keys(), ...Object.keys(AUGMENTATIONS)];
	throw wrong(part, `unknown augmentation; there are ${known.join(", ")}`);
}

function checkStep(step: AugmentStep, part: string): void {
	const { strength } = kindOf(step.name, part);
	const { probability, range } = step;
	if (!(probability >= 0 && probability <= 1)) {
		throw wrong(part, `the probability is ${probability}; give 0 to 1`);
	}
	if (range === undefined) return;
	const [low, high] = range;
	if (!strength) throw wrong(part, `${step.name} takes no strength`);
	const { least, most, meaning, whole } = strength;
	const fits = low >= least && high <= most && low <= high;
	if (fits && !(whole && !range.every(Number.isInteger))) return;
	throw wrong(
		part,
		`strengths run from ${low} to ${high}; they are ${whole ? "whole " : ""}${meaning} from ${least} to ${most}, the lower first`,
	);
}

/**
 * Checks a configuration, which may come from a file, against the images.
 * Throws UsageError naming the step.
 */
export function checkAugment(config: AugmentConfig, shape: Shape): void {
	for (const step of config.steps) {
		checkStep(step, step.name);
		const { colour, strength } = kindOf(step.name, step.name);
		if (colour && shape.channels !== 3) {
			throw wrong(
				step.name,
				`needs red, green and blue, but the images have ${shape.channels} channel${shape.channels === 1 ? "" : "s"}; leave it out`,
			);
		}
		const [low, high] = step.range ?? strength?.usual ?? [0, 0];
		const upright = low === 2 && high === 2;
		if (step.name === "rot90" && shape.height !== shape.width && !upright) {
			throw wrong(
				step.name,
				`needs square images, these are ${shape.height}x${shape.width}; write rot90=2 for half turns, or rotation`,
			);
		}
	}
	const sum = config.steps.reduce((all, step) => all + step.probability, 0);
	if (config.choose === "one" && sum > 1 + 1e-9) {
		throw new UsageError(
			`augment: at most one step is chosen, but the probabilities sum up to ${sum}; make that at most 1`,
		);
	}
}

function wrong(part: string, problem: string): UsageError {
	return new UsageError(`augment: ${part.trim()}: ${problem}`);
}
