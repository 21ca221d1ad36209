import type { AnyLaunch } from "./launch.ts";
import type { Op } from "./op.ts";
import { formatShape } from "./shape.ts";

/** Which variant runs a call, and why. */
export interface Choice {
	/** Its kernels and constants. */
	readonly variant: string;
	/** Fingerprint of the variants that there were: with others the choice does not hold. */
	readonly kernels: string;
	/** Measured time of one call, in ms. */
	readonly milliseconds: number;
	/** The same of the variant that runs untuned, in ms. */
	readonly untuned: number;
}

/** The choices made on an adapter, by op, shapes and attributes; plain JSON. */
export interface Tuning {
	/** As `DeviceIdentity.description` has it. */
	readonly adapter: string;
	readonly choices: Readonly<Record<string, Choice>>;
}

/** A text is no tuning, or one of another adapter. */
export class TuningError extends Error {
	override name = "TuningError";
}

/**
 * Reads a tuning from its JSON.
 * @throws TuningError saying what is wrong, as in "this is no tuning of wgrad".
 */
export function parseTuning(text: string): Tuning {
	let found: Partial<Tuning> | null;
	try {
		found = JSON.parse(text);
	} catch (error) {
		throw new TuningError(`this is no JSON (${(error as Error).message})`);
	}
	const choices = Object.values(found?.choices ?? [undefined]);
	if (typeof found?.adapter !== "string" || !choices.every(isChoice)) {
		throw new TuningError("this is no tuning of wgrad");
	}
	return found as Tuning;
}

function isChoice(value: unknown): value is Choice {
	const { variant, kernels, milliseconds, untuned } = (value ?? {}) as Choice;
	return (
		[variant, kernels].every((v) => typeof v === "string") &&
		[milliseconds, untuned].every((v) => typeof v === "number")
	);
}

/** Rejects a tuning of another adapter: its choices mean nothing here. */
export function checkAdapter(tuning: Tuning, adapter: string): void {
	if (tuning.adapter !== adapter) {
		throw new TuningError(
			`this tuning was made on ${tuning.adapter}, but the adapter is ${adapter}`,
		);
	}
}

/** What a choice depends on besides the adapter: op, shapes, and the attributes that do not change from run to run. */
export function callKey(
	{ name, live = [] }: Op["spec"],
	{ shapes, y, attrs }: AnyLaunch,
): string {
	const all = Object.entries({ ...shapes, y }).flatMap(([input, shape]) =>
		shape ? [input + formatShape(shape)] : [],
	);
	const fixed = Object.entries(attrs).filter(([key]) => !live.includes(key));
	return [name, ...all, JSON.stringify(Object.fromEntries(fixed))].join(" ");
}
