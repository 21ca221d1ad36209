import type { ServerResponse } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import type { JobEvent } from "../app/job.ts";
import type { RunEvent, RunRecord, TrainJob } from "../app/site/run-record.ts";
import { reply, replyJson } from "./local-server.ts";
import type { CommandHost } from "./run-on.ts";
import { openInBrowser, serveSite } from "./site.ts";

/** Milliseconds between steps that a page opened later is told of. */
const STEP_INTERVAL = 1000;
/** Milliseconds that open pages have at the end to fetch what they lack. */
const FAREWELL = 1000;

/** A training that pages can watch. */
export interface LiveRun {
	/** Does what the training's own host does, and tells the pages. */
	readonly host: CommandHost;
	readonly url: string;
	/** Ends the server, once open pages had time for the last word. */
	close(): Promise<void>;
}

/** Shows a training in the page while it goes on. */
export async function showLive(
	job: TrainJob,
	about: Pick<RunRecord, "title" | "names">,
	inner: CommandHost,
): Promise<LiveRun> {
	const record: RunRecord = {
		...{ id: "live", status: "running", created: Date.now(), notes: [] },
		...about,
		job: { ...job, tune: undefined },
	};
	const events: RunEvent[] = [];
	const results = new Map<string, Uint8Array>();
	const pages = new Set<ServerResponse>();
	let stepAt = 0;

	function tell(event: JobEvent | { type: "samples"; epoch: number }): void {
		const stamped = { ...event, time: Date.now() } as RunEvent;
		const isStep = event.type === "step";
		if (!isStep || stamped.time - stepAt >= STEP_INTERVAL) {
			events.push(stamped);
			if (isStep) stepAt = stamped.time;
		}
		for (const page of pages) send(page, stamped);
	}
	const server = await serveSite({
		async answer(request, response, path) {
			const [kind] = path.split("/");
			if (request.method !== "GET") reply(response, 405, "only GET");
			else if (kind === "run") replyJson(response, record);
			else if (kind === "events") {
				response.writeHead(200, { "content-type": "text/event-stream" });
				for (const event of events) send(response, event);
				pages.add(response);
				request.once("close", () => pages.delete(response));
			} else if (kind === "valid") {
				reply(response, 200, await inner.read(path), BINARY);
			} else {
				const known = results.get(path);
				if (!known) reply(response, 404, "not there yet");
				else reply(response, 200, gunzipSync(known), BINARY);
			}
		},
	});
	const url = `${server.url}?live`;
	openInBrowser(url);
	const { samples, valid } = job;
	const last = Math.min(samples, valid.count) - 1;
	return {
		url,
		host: {
			read: (name) => inner.read(name),
			event(event) {
				inner.event?.(event);
				tell(event);
			},
			async write(name, bytes) {
				await inner.write?.(name, bytes);
				const [kind, epoch, index] = name.split("/");
				// Masks of a few classes shrink fiftyfold.
				results.set(name, gzipSync(bytes, { level: 1 }));
				if (kind === "sample" && Number(index) === last) {
					tell({ type: "samples", epoch: Number(epoch) });
				}
			},
		},
		async close() {
			if (pages.size) await new Promise((done) => setTimeout(done, FAREWELL));
			server.close();
		},
	};
}

const BINARY = "application/octet-stream";

function send(page: ServerResponse, event: RunEvent): void {
	page.write(`data: ${JSON.stringify(event)}\n\n`);
}
