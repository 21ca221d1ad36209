import type { ServerResponse } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import type { JobEvent } from "../app/job.ts";
import { isBefore, type Place } from "../app/log-line.ts";
import type { RunEvent, RunRecord, TrainJob } from "../app/site/run-record.ts";
import { reply, replyJson } from "./local-server.ts";
import { readLog } from "./run-log.ts";
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
	/** What a resumed run has behind it. */
	past: readonly RunEvent[] = [],
): Promise<LiveRun> {
	const record: RunRecord = {
		...{ id: "live", status: "running", created: Date.now(), notes: [] },
		...about,
		job: { ...job, tune: undefined },
	};
	const events: RunEvent[] = [...past];
	const results = new Map<string, Uint8Array>();
	const pages = new Set<ServerResponse>();
	let stepAt = 0;
	let hasBest = past.some((event) => event.type === "epoch");

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
			} else if (path === BEST) {
				if (!hasBest) reply(response, 404, "not there yet");
				else reply(response, 200, await inner.read(path), BINARY);
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
				if (name === BEST) hasBest = true;
				// Masks of a few classes shrink fiftyfold.
				if (kind === "sample" || kind === "ranked") {
					results.set(name, gzipSync(bytes, { level: 1 }));
				}
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

/** The only checkpoint that pages ask for; it is in the run folder. */
const BEST = "checkpoint/best";

const BINARY = "application/octet-stream";

/** The steps and epochs of a run up to a place, as pages take them. */
export function pastEvents(run: string, at: Place): RunEvent[] {
	return readLog(run)
		.filter((line) => isBefore(line, at))
		.flatMap((line): RunEvent[] => {
			const time = Date.parse(line.time);
			if (line.type === "step") {
				const { epoch, step, steps, loss, learningRate } = line;
				const rest = {
					epochs: 0,
					imagesPerSecond: 0,
					dataWait: 0,
					deviceBytes: 0,
				};
				const { type } = line;
				return [
					{ type, epoch, step, steps, loss, learningRate, ...rest, time },
				];
			}
			// Earlier versions kept no confusion matrix.
			if (line.type !== "epoch" || !line.confusion) return [];
			const { seconds, dataWait } = line;
			const waits = { stepSeconds: seconds, waitSeconds: seconds * dataWait };
			return [{ ...line, ...waits, time }];
		})
		.concat({ type: "resumed", ...at, time: Date.now() });
}

function send(page: ServerResponse, event: RunEvent): void {
	page.write(`data: ${JSON.stringify(event)}\n\n`);
}
