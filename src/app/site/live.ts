// A training of the command line, as its server tells it.
import { batch } from "@preact/signals";
import type { RunEvent, RunRecord, RunSource } from "./run-record.ts";
import { emptyView } from "./run-view.ts";
import { live, problem, source, status, tab, view } from "./state.ts";
import { apply } from "./trainer.ts";

const at = (path: string) => new URL(`api/${path}`, document.baseURI);

/** Shows the training of the server that the page comes from. */
export async function watchLive(): Promise<void> {
	live.value = true;
	const response = await fetch(at("run"));
	if (!response.ok) throw new Error("this address belongs to no training");
	const record: RunRecord = await response.json();
	const run = fetchedRun(record);
	batch(() => {
		source.value = run;
		status.value = "running";
		tab.value = "training";
	});
	const events = new EventSource(at("events"));
	events.onopen = () => {
		// Whoever connects again is told all again.
		view.value = emptyView();
	};
	events.onmessage = ({ data }) => {
		const event: RunEvent = JSON.parse(data);
		apply(event);
		if (event.type === "samples") run.fetchAhead(event.epoch);
		if (event.type === "done" || event.type === "failed") {
			run.fetchAhead();
			const ended = event.type === "done" && !event.stopped;
			status.value = ended
				? "done"
				: event.type === "done"
					? "stopped"
					: "failed";
			events.close();
		}
	};
	events.onerror = () => {
		if (status.value === "running") {
			status.value = "cut off";
			problem.value =
				"The command that trains no longer answers. If it still runs, reload this page.";
		}
		events.close();
	};
}

/** A run whose files are fetched, and kept: the command will end. */
function fetchedRun(
	record: RunRecord,
): RunSource & { fetchAhead(epoch?: number): void } {
	const kept = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>();
	function get(name: string) {
		const known = kept.get(name);
		if (known) return known;
		const coming = fetch(at(name)).then(async (response) =>
			response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined,
		);
		kept.set(name, coming);
		return coming;
	}
	async function there(name: string): Promise<Uint8Array<ArrayBuffer>> {
		const bytes = await get(name);
		if (!bytes) throw new Error(`${name} is not there`);
		return bytes;
	}
	return {
		record,
		valid: (index) => there(`valid/${index}`),
		prediction: (epoch, index) => there(`sample/${epoch}/${index}`),
		checkpoint(name) {
			// A newer one may have come.
			if (status.value === "running") kept.delete(`checkpoint/${name}`);
			return get(`checkpoint/${name}`);
		},
		ranked: (index) => get(`ranked/${index}`),
		fetchAhead(epoch) {
			const count = Math.min(record.job.samples, record.job.valid.count);
			if (epoch !== undefined) {
				for (let i = 0; i < count; i++) get(`sample/${epoch}/${i}`);
				return;
			}
			kept.delete("checkpoint/best");
			get("checkpoint/best");
			const { best = [], worst = [] } = view.value.ranked ?? {};
			for (const { index } of [...best, ...worst]) {
				get(`ranked/${index}`);
				get(`valid/${index}`);
			}
		},
	};
}
