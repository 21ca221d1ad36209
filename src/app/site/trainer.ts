// Drives the workers: from what was chosen to a run, and a run to its end.
import { batch } from "@preact/signals";
import type { DataNews, DataRequest, RunRequest } from "./data-worker.ts";
import type { ChosenFiles } from "./dropped-files.ts";
import { folderName, found, unusable, values } from "./folder.ts";
import type { RunEvent } from "./run-record.ts";
import { emptyView, viewAfter } from "./run-view.ts";
import {
	preparing,
	problem,
	runs,
	type ShownStatus,
	source,
	status,
	tab,
	view,
} from "./state.ts";
import { idOf, listRuns, openRun, removeRun, storedRun } from "./store.ts";
import type { TrainNews, TrainRequest } from "./train-worker.ts";

/** A worker beside the page. */
function startWorker(name: string): Worker {
	return new Worker(new URL(`${name}.js`, document.baseURI), {
		type: "module",
	});
}

let training: Worker | undefined;
const ask = (request: TrainRequest) => training?.postMessage(request);

/** Makes a run of the data and trains it. */
export async function startRun(request: Omit<RunRequest, "id">): Promise<void> {
	const opened = Date.now();
	problem.value = undefined;
	// Else the browser may throw a run away when room is short; it decides by itself whether it agrees.
	navigator.storage.persist?.();
	preparing.value = { text: "Reading", done: 0, total: 1 };
	const id = idOf(opened);
	try {
		await askData({ type: "prepare", ...request, id });
		await showRun(id);
		resume(opened);
	} catch (error) {
		problem.value = (error as Error).message;
		await removeRun(id).catch(() => {});
	} finally {
		preparing.value = undefined;
	}
}

/** Looks what a folder has. */
export async function lookInto(files: ChosenFiles): Promise<void> {
	preparing.value = { text: "Looking", done: 0, total: 1 };
	batch(() => {
		unusable.value = undefined;
		found.value = undefined;
		folderName.value = files.name;
	});
	try {
		await askData({ type: "look", ...files });
	} catch (error) {
		unusable.value = (error as Error).message;
	} finally {
		preparing.value = undefined;
	}
}

/** It remembers the folder, so there is one for as long as the page is open. */
let dataWorker: Worker | undefined;

function askData(request: DataRequest): Promise<void> {
	dataWorker ??= startWorker("data-worker");
	const worker = dataWorker;
	return new Promise<void>((resolve, reject) => {
		worker.onerror = ({ message }) =>
			reject(new Error(message || "the page's worker did not load"));
		worker.onmessage = ({ data }: MessageEvent<DataNews>) => {
			if (data.type === "progress") preparing.value = data;
			else if (data.type === "failed") reject(new Error(data.message));
			else {
				if (data.type === "found") {
					batch(() => {
						found.value = data.found;
						values.value = data.found.values;
					});
				}
				resolve();
			}
		};
		worker.postMessage(request);
	});
}

/** Shows a run of this browser as its log left it. */
export async function showRun(id: string): Promise<void> {
	const stored = await storedRun(id);
	const bytes = await (await openRun(id)).read("log.jsonl");
	const lines = new TextDecoder().decode(bytes).split("\n").filter(Boolean);
	const { status: last } = stored.record;
	batch(() => {
		source.value = stored;
		status.value = last === "running" ? "elsewhere" : last;
		replay(lines.map((line) => JSON.parse(line)));
		tab.value = "training";
	});
	await refreshRuns();
}

/** Shows a run of this browser and trains it further. */
export async function resumeRun(id: string): Promise<void> {
	await showRun(id);
	resume();
}

/** Trains the shown run from its last checkpoint on, or from the start. */
export function resume(opened = Date.now()): void {
	const run = source.value;
	if (!run) return;
	const { id } = run.record;
	status.value = "running";
	problem.value = undefined;
	training = startWorker("train-worker");
	training.onmessage = ({ data }: MessageEvent<TrainNews>) => hear(data);
	training.onerror = ({ message }) => {
		problem.value = `The training's worker failed: ${message || "it did not load"}`;
		end("failed");
	};
	ask({ type: "train", id, opened });
}

/** Ends the training after the step under way; it can be resumed. */
export function halt(as: "paused" | "stopped"): void {
	status.value = "stopping";
	ask({ type: "stop", as });
}

function hear(news: TrainNews): void {
	if (news.type === "event") apply(news.event);
	else if (news.type === "history") replay(news.events);
	else if (news.type === "ended") end(news.status);
	else {
		problem.value =
			"This run is being trained in another tab. Go on there, or pause it there first.";
		end("elsewhere");
	}
}

function end(as: ShownStatus): void {
	training?.terminate();
	training = undefined;
	status.value = as;
	refreshRuns();
}

function replay(events: readonly RunEvent[]): void {
	view.value = emptyView();
	for (const event of events) apply(event);
}

/** Takes one event of the shown run into the view. */
export function apply(event: RunEvent): void {
	const config = source.value?.record.job.config;
	if (config) view.value = viewAfter(view.value, event, config);
}

/** Reads again which runs there are. */
export async function refreshRuns(): Promise<void> {
	runs.value = await listRuns();
}

/** Removes a run for good. */
export async function forget(id: string): Promise<void> {
	await removeRun(id);
	if (source.value?.record.id === id) {
		batch(() => {
			source.value = undefined;
			status.value = undefined;
			view.value = emptyView();
		});
	}
	await refreshRuns();
}
