import type { Variant } from "./kernel.ts";
import type { Operand, Step } from "./recording.ts";
import { callOf } from "./tasks.ts";
import { type Trial, trialOf } from "./trial.ts";
import {
	type Choice,
	callKey,
	checkAdapter,
	parseTuning,
	type Tuning,
	TuningError,
} from "./tuning.ts";
import { fingerprint, variantNames } from "./variant-names.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/** How much is measured for a captured step. */
interface Effort {
	/** Milliseconds, checked between measurements. */
	readonly budget: number;
	/** How many of a call's variants are tried, the best by default first. */
	readonly variants: number;
	readonly rounds: number;
	/** Less of the step's time than this is not worth a compilation. */
	readonly share: number;
	/** How much less time than the default makes another variant the choice: smaller differences are noise. */
	readonly gain: number;
}

const EFFORTS: Readonly<Record<"fast" | "full", Effort>> = {
	fast: { budget: 3000, variants: 3, rounds: 3, share: 0.01, gain: 0.1 },
	full: { budget: 60_000, variants: 99, rounds: 7, share: 0, gain: 0.03 },
};

/** One sample lasts about this long, so that the clock's grain (0.1 ms in Chrome) does not count. */
const SAMPLE_MS = 4;
/** A variant this much slower than the best is not timed again. */
const HOPELESS = 1.5;

/** Where choices are kept from one run to the next, as text. */
export interface TuningStore {
	/** What was written last; undefined before. */
	read(): Promise<string | undefined>;
	/** Replaces it. */
	write(text: string): Promise<void>;
}

/** What measuring for a captured step has found. */
export interface TuneReport {
	/** Calls whose variants were compared. */
	readonly compared: number;
	/** How many of them another variant than the default won. */
	readonly changed: number;
	/** Calls left to the default because the budget was spent. */
	readonly left: number;
	readonly milliseconds: number;
}

/** Options of `tuned`. */
export interface TunedOptions {
	/** "fast" spends 3 s on a captured step, "full" a minute; "off" measures nothing. */
	readonly effort: "off" | "fast" | "full";
	/** Another budget, in milliseconds for a captured step; checked between measurements. */
	readonly budget?: number;
	/** Choices that are to be taken as they are, such as those a run recorded. */
	readonly tuning?: Tuning;
	readonly store?: TuningStore;
	/** Told of choices that are ignored: the store's of another adapter or broken, or a tuning's for kernels that have changed since. */
	warn?(message: string): void | Promise<void>;
	/** Called and awaited after each captured step that was looked at. */
	onTuned?(report: TuneReport): void | Promise<void>;
}

/** A device that chooses by measurement. */
export interface Tuner {
	/** The choices that calls have been given so far. */
	used(): Tuning;
	/** Puts the default order back. */
	stop(): void;
}

/**
 * Makes a device choose among the variants of an op's call by measurement. A
 * captured step is measured where it is first prepared (`captured.prepare`, as
 * `train`, `evaluate` and `predict` do): each call's default variant and some
 * others on tensors of zeros. Calls that were never measured run as untuned.
 * Other variants give other last bits.
 * @throws TuningError when `tuning` was made on another adapter.
 */
export async function tuned(
	device: WebgpuDevice,
	options: TunedOptions,
): Promise<Tuner> {
	const { effort, tuning, store, warn } = options;
	const adapter = device.identity.description;
	if (tuning) checkAdapter(tuning, adapter);
	const kept = tuning ?? (await keptIn(store, adapter, warn));
	const choices = new Map(Object.entries(kept?.choices ?? {}));
	const used = new Map<string, Choice>();
	/** Calls that the budget left to the default: for good, since a captured step may have them compiled in already. */
	const left = new Set<string>();
	const before = device.choose;

	const valid = (key: string, variants: readonly Variant[]) => {
		const choice = choices.get(key);
		return choice?.kernels === fingerprint(variants) ? choice : undefined;
	};
	device.choose = (spec, variants, call) => {
		if (variants.length > 1) {
			const key = callKey(spec, call);
			const choice = valid(key, variants);
			const at = variantNames(variants).indexOf(choice?.variant ?? "");
			if (choice && at >= 0) {
				used.set(key, choice);
				return variants[at];
			}
		}
		return before(spec, variants, call);
	};
	device.tune = async (steps) => {
		const start = performance.now();
		const unknown = callsOf(device, steps).filter(
			(c) => !valid(c.key, c.variants) && !left.has(c.key),
		);
		const stale = unknown.filter((c) => choices.has(c.key)).length;
		if (tuning && stale) {
			await warn?.(
				`${stale} kinds of calls run untuned: the tuning was made with other kernels than these`,
			);
		}
		if (effort === "off") return;
		let found = new Map<string, Choice>();
		if (unknown.length) {
			const { budget = EFFORTS[effort].budget } = options;
			found = await compare(device, unknown, { ...EFFORTS[effort], budget });
			for (const [key, choice] of found) choices.set(key, choice);
			for (const { key } of unknown) if (!found.has(key)) left.add(key);
			await store?.write(textOf({ adapter, choices: entries(choices) }));
		}
		const faster = [...found.values()].filter(
			(c) => c.milliseconds < c.untuned,
		);
		await options.onTuned?.({
			compared: found.size,
			changed: faster.length,
			left: unknown.length - found.size,
			milliseconds: performance.now() - start,
		});
	};
	return {
		used: () => ({ adapter, choices: entries(used) }),
		stop() {
			device.choose = before;
			device.tune = undefined;
		},
	};
}

/** A tuning as a file has it. */
export function textOf(tuning: Tuning): string {
	return `${JSON.stringify(tuning, null, "\t")}\n`;
}

function entries(choices: ReadonlyMap<string, Choice>): Tuning["choices"] {
	return Object.fromEntries([...choices].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function keptIn(
	store: TuningStore | undefined,
	adapter: string,
	warn: TunedOptions["warn"],
): Promise<Tuning | undefined> {
	const text = await store?.read();
	if (!text) return undefined;
	try {
		const tuning = parseTuning(text);
		checkAdapter(tuning, adapter);
		return tuning;
	} catch (error) {
		if (!(error instanceof TuningError)) throw error;
		await warn?.(`the kept tuning is ignored: ${error.message}`);
		return undefined;
	}
}

/** Equal calls of a step. */
interface Call {
	readonly key: string;
	readonly step: Step & { readonly y: Operand };
	readonly variants: readonly Variant[];
	count: number;
}

/** The calls that have a choice. Updates in place are left out: a captured step joins them. */
function callsOf(device: WebgpuDevice, steps: readonly Step[]): Call[] {
	const calls = new Map<string, Call>();
	for (const step of steps) {
		const { spec, y } = step;
		if (!y) continue;
		const call = callOf(device, step);
		const key = callKey(spec, call);
		const known = calls.get(key);
		if (known) known.count++;
		else {
			const variants = spec.launch(call);
			calls.set(key, { key, step: { ...step, y }, variants, count: 1 });
		}
	}
	return [...calls.values()].filter((c) => c.variants.length > 1);
}

/** Times the variants of calls until the budget is spent, those first that take most of the step. */
async function compare(
	device: WebgpuDevice,
	calls: readonly Call[],
	effort: Effort,
): Promise<Map<string, Choice>> {
	const end = performance.now() + effort.budget;
	const inTime = () => performance.now() < end;
	const found = new Map<string, Choice>();
	const timed: (Call & { readonly first: number })[] = [];
	await compile(device, calls, (variants) => [variants[0]]);
	for (const call of calls) {
		if (!inTime()) break;
		const first = await onTrial(device, call, (trial) =>
			trial.time(call.variants[0], 1),
		);
		timed.push({ ...call, first });
	}
	const weight = (call: (typeof timed)[number]) => call.first * call.count;
	const total = timed.reduce((sum, call) => sum + weight(call), 0);
	timed.sort((a, b) => weight(b) - weight(a));
	for (const call of timed) {
		if (!inTime()) break;
		const { key, variants, first } = call;
		const tried =
			weight(call) < effort.share * total
				? variants.slice(0, 1)
				: variants.slice(0, effort.variants);
		await compile(device, [call], () => tried);
		const race = (trial: Trial) => fastest(trial, tried, first, effort, inTime);
		const { at, times } = await onTrial(device, call, race);
		found.set(key, {
			variant: variantNames(variants)[at],
			kernels: fingerprint(variants),
			milliseconds: times[at],
			untuned: times[0],
		});
	}
	// The trials' memory is of sizes that the step may never need.
	device.parts.pool.trim();
	return found;
}

/** Which of the variants takes least time; the first if none is clearly faster. They take turns, and the least sample of each counts. */
async function fastest(
	trial: Trial,
	variants: readonly Variant[],
	first: number,
	{ rounds, gain }: Effort,
	inTime: () => boolean,
): Promise<{ at: number; times: number[] }> {
	if (variants.length === 1) return { at: 0, times: [first] };
	const calls = Math.ceil(Math.min(64, SAMPLE_MS / Math.max(first, 0.01)));
	const times = variants.map(() => Number.POSITIVE_INFINITY);
	times[0] = await trial.time(variants[0], calls);
	let running: number[] = [];
	for (let i = 1; i < variants.length && inTime(); i++) {
		// The first run may compile.
		await trial.time(variants[i], 1);
		times[i] = await trial.time(variants[i], calls);
		running.push(i);
	}
	for (let round = 0; round < rounds && inTime(); round++) {
		const least = Math.min(...times);
		running = running.filter((i) => times[i] < HOPELESS * least);
		if (!running.length) break;
		for (const i of [0, ...running]) {
			times[i] = Math.min(times[i], await trial.time(variants[i], calls));
		}
	}
	const best = times.indexOf(Math.min(...times));
	return { at: times[best] < (1 - gain) * times[0] ? best : 0, times };
}

async function onTrial<T>(
	device: WebgpuDevice,
	{ step }: Call,
	f: (trial: Trial) => Promise<T>,
): Promise<T> {
	const trial = trialOf(device, step);
	try {
		return await f(trial);
	} finally {
		trial.free();
	}
}

/** Compiles variants in parallel. Those for other element types are compiled when they run. */
async function compile(
	{ parts }: WebgpuDevice,
	calls: readonly Call[],
	of: (variants: readonly Variant[]) => readonly Variant[],
): Promise<void> {
	const plain = calls.filter(({ step }) =>
		[step.y, ...step.inputs].every((o) => !o || o.dtype === "f32"),
	);
	const stages = plain.flatMap((c) => of(c.variants).flatMap((v) => v.stages));
	await Promise.all(
		stages.map((s) => parts.pipelines.prepare(s.kernel, s.constants)),
	);
}
