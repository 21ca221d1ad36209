import { connect } from "./http-host.ts";
import type { JobEvent } from "./job.ts";

const element = (id: string) => document.getElementById(id) as HTMLElement;

/** Shows what a job tells. */
function show(event: JobEvent): void {
	if (event.type === "device") {
		element("adapter").textContent = event.description;
	} else if (event.type === "step") {
		const { epoch, epochs, step, steps, loss, imagesPerSecond } = event;
		element("progress").textContent =
			`epoch ${epoch}/${epochs}, step ${step}/${steps}, loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(1)} images/s`;
	} else if (event.type === "progress") {
		element("progress").textContent = `${event.done} of ${event.total} images`;
	} else if (event.type === "failed") {
		element("progress").textContent = event.message;
	} else if (event.type === "done") {
		element("progress").textContent = event.stopped ? "stopped" : "done";
	}
}

/** A worker that cannot start or throws reports through the page, or nobody would know. */
async function report(message: string): Promise<void> {
	const event = { type: "failed", reason: "internal", message } as const;
	show(event);
	const { host } = await connect(location.href);
	await host.event(event);
}

// The worker's clock starts later than the page's.
const opened = performance.timeOrigin;
const worker = new Worker(new URL(`worker.js#${opened}`, location.href), {
	type: "module",
});
worker.onmessage = ({ data }: MessageEvent<JobEvent>) => show(data);
worker.onerror = ({ message }) =>
	report(`the page's worker failed: ${message || "it did not load"}`);
