import { Tensor, type WebgpuDevice } from "../src/engine/index.ts";

/** Something to time: `run` records `calls` calls and returns a tensor of the last. */
export interface Subject {
	run(calls: number): Tensor;
}

/** Times of one subject in milliseconds per call. */
export interface Times {
	readonly first: number;
	readonly samples: number[];
}

/** A sample lasts about this long, so that the wait at its end and the clock's grain do not count. */
const SAMPLE_MS = 15;
const MAX_CALLS = 64;
const MIN_ROUNDS = 3;
const MAX_ROUNDS = 15;
/** A slow subject sits out once it has taken this long: its samples vary little. */
const ENOUGH_MS = 1500;

/**
 * Times several subjects, taking turns, so that what the machine does besides
 * falls on all alike. Each sample ends when a number computed by it is on the
 * host. Stops after the round in which `budget` milliseconds are over.
 */
export async function timeInTurns(
	device: WebgpuDevice,
	subjects: readonly Subject[],
	budget: number,
	progress: (text: string) => void,
): Promise<Times[]> {
	const plans: { subject: Subject; calls: number; times: Times }[] = [];
	for (const [i, subject] of subjects.entries()) {
		progress(`warm-up ${i + 1} of ${subjects.length}`);
		const first = await sample(device, subject, 1);
		const again = first < ENOUGH_MS ? await sample(device, subject, 1) : first;
		const calls = Math.ceil(Math.min(MAX_CALLS, SAMPLE_MS / again));
		plans.push({ subject, calls, times: { first, samples: [] } });
	}
	const start = performance.now();
	for (let round = 1; plans.length && round <= MAX_ROUNDS; round++) {
		progress(`round ${round}`);
		for (const { subject, calls, times } of plans) {
			const spent = calls * times.samples.reduce((a, b) => a + b, 0);
			if (spent > ENOUGH_MS) continue;
			times.samples.push((await sample(device, subject, calls)) / calls);
		}
		if (round >= MIN_ROUNDS && performance.now() - start > budget) break;
	}
	return plans.map((p) => p.times);
}

async function sample(
	device: WebgpuDevice,
	subject: Subject,
	calls: number,
): Promise<number> {
	await device.finished();
	const start = performance.now();
	await firstValue(subject.run(calls));
	return performance.now() - start;
}

/** Reads one number of a tensor, not all of it. */
async function firstValue(t: Tensor): Promise<number> {
	const one = new Tensor(t.device, [1], t.dtype, t.storage);
	return (await one.data())[0];
}

/** The middle value. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2
		? sorted[half]
		: (sorted[half - 1] + sorted[half]) / 2;
}

/** Least and greatest. */
export function rangeOf(values: readonly number[]): [number, number] {
	return [Math.min(...values), Math.max(...values)];
}
