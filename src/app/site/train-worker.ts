// Trains a run of this browser. In a worker, because a hidden page's timers crawl and training would freeze a visible one.
import { cpuDevice, webgpuDevice } from "../../index.ts";
import { decodeSafetensors } from "../../unet/index.ts";
import type { JobEvent, JobHost } from "../job.ts";
import { isBefore, type Place } from "../log-line.ts";
import { runJob } from "../run-job.ts";
import type { RunEvent, RunStatus } from "./run-record.ts";
import { lockOf, openRun, type RunFiles, sampleSize } from "./store.ts";

/** What the page asks for. */
export type TrainRequest =
	| { readonly type: "train"; readonly id: string; readonly opened: number }
	/** Ends after the step under way, with a checkpoint; `as` is what the run is then. */
	| { readonly type: "stop"; readonly as: "paused" | "stopped" };

/** What the page is told. */
export type TrainNews =
	/** Another tab, or another worker of this one, trains the run. */
	| { readonly type: "busy" }
	/** What the log says of the training so far. */
	| { readonly type: "history"; readonly events: readonly RunEvent[] }
	| { readonly type: "event"; readonly event: RunEvent }
	/** The last word; the lock is free again. */
	| { readonly type: "ended"; readonly status: RunStatus };

const LOG = "log.jsonl";
let asked: "paused" | "stopped" | undefined;

self.onmessage = ({ data }: MessageEvent<TrainRequest>) => {
	if (data.type === "stop") asked = data.as;
	// The page hears of thrown errors, but not of rejected promises.
	else train(data.id, data.opened).catch(self.reportError);
};

const tell = (news: TrainNews) => self.postMessage(news);

async function train(id: string, opened: number): Promise<void> {
	const status = await navigator.locks.request(
		lockOf(id),
		{ ifAvailable: true },
		(lock) => lock && trainLocked(id, opened),
	);
	tell(status ? { type: "ended", status } : { type: "busy" });
}

async function trainLocked(id: string, opened: number): Promise<RunStatus> {
	const files = await openRun(id);
	const record = await files.record();
	const log = await openLog(files);
	await files.setRecord({ ...record, status: "running" });
	const checkpoint = await files.read("checkpoint/last");
	const note = (event: JobEvent | Unstamped) => {
		const stamped = { ...event, time: Date.now() } as RunEvent;
		log.add(stamped);
		tell({ type: "event", event: stamped });
	};
	if (checkpoint) log.rewind(placeOf(checkpoint));
	tell({ type: "history", events: log.events() });
	if (checkpoint) note({ type: "resumed", ...placeOf(checkpoint) });

	let status: RunStatus = "failed";
	const { train, valid, samples } = record.job;
	const sets = { train, valid };
	const host: JobHost = {
		async read(name) {
			const [part, index] = name.split("/");
			if (part === "train" || part === "valid") {
				const each = sampleSize(sets[part]);
				return files.slice(part, +index * each, (+index + 1) * each);
			}
			const bytes = await files.read(
				name === "checkpoint" ? "checkpoint/last" : name,
			);
			if (!bytes) throw new Error(`${name} is missing from the run`);
			return bytes;
		},
		async event(event) {
			if (event.type === "done") {
				status = event.stopped ? (asked ?? "stopped") : "done";
			}
			note(event);
			return { stop: asked !== undefined };
		},
		async write(name, bytes) {
			// The log is never behind the checkpoint; what it has beyond is rewound.
			if (name === "checkpoint/last") await log.save();
			await files.write(name, bytes);
			const [kind, epoch, index] = name.split("/");
			const last = Math.min(samples, valid.count) - 1;
			if (kind === "sample" && +index === last) {
				note({ type: "samples", epoch: +epoch });
			}
		},
	};
	const job = { ...record.job, resume: checkpoint !== undefined };
	const openDevice = async (kind: "webgpu" | "cpu") =>
		kind === "cpu" ? cpuDevice() : webgpuDevice();
	await runJob(job, host, openDevice, opened);
	await log.save();
	await files.setRecord({ ...record, status });
	return status;
}

type Unstamped =
	| { readonly type: "samples"; readonly epoch: number }
	| ({ readonly type: "resumed" } & Place);

/** What the checkpoint's own words say of how far it is. */
function placeOf(checkpoint: Uint8Array): Place {
	const { metadata } = decodeSafetensors(checkpoint, "checkpoint");
	const { epoch, step } = JSON.parse(metadata.get("training") ?? "{}");
	return { epoch, step };
}

/** The log of a run, in memory until saved. */
async function openLog(files: RunFiles) {
	const bytes = await files.read(LOG);
	const text = new TextDecoder().decode(bytes);
	let events: RunEvent[] = text
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
	return {
		events: () => events,
		add(event: RunEvent) {
			events.push(event);
		},
		rewind(place: Place) {
			events = events.filter(
				(event) =>
					isBefore(event, place) &&
					!(event.type === "samples" && event.epoch > place.epoch),
			);
		},
		save: () =>
			files.write(
				LOG,
				events.map((event) => `${JSON.stringify(event)}\n`).join(""),
			),
	};
}
