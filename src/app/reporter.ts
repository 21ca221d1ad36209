import type { JobEvent, JobHost } from "./job.ts";

/** Shortest time between two events of `sendSoon`: a person cannot read faster. */
const INTERVAL_MS = 100;

/** Sends a job's events and listens for the user's wish to stop. */
export interface Reporter {
	/** Sends an event, after the one that `sendSoon` may have kept back. */
	send(event: JobEvent): Promise<void>;
	/** Sends an event, or keeps it back when the last was a moment ago; a newer one of its type replaces it. */
	sendSoon(event: JobEvent): Promise<void>;
	/** Aborted when the host answers that the user asked to stop. */
	readonly signal: AbortSignal;
}

/** A reporter to a host. */
export function createReporter(host: JobHost): Reporter {
	const controller = new AbortController();
	let kept: JobEvent | undefined;
	let sentAt = Number.NEGATIVE_INFINITY;

	async function deliver(event: JobEvent): Promise<void> {
		const { stop } = await host.event(event);
		sentAt = performance.now();
		if (stop) controller.abort();
	}
	async function send(event: JobEvent): Promise<void> {
		const before = kept;
		kept = undefined;
		if (before) await deliver(before);
		await deliver(event);
	}
	async function sendSoon(event: JobEvent): Promise<void> {
		if (kept && kept.type !== event.type) await deliver(kept);
		kept = event;
		if (performance.now() - sentAt < INTERVAL_MS) return;
		kept = undefined;
		await deliver(event);
	}
	return { send, sendSoon, signal: controller.signal };
}
