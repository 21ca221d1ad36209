// What the page knows, as signals; whoever reads one is drawn again when it changes.
import { computed, signal } from "@preact/signals";
import { classColours } from "../../data/class-colours.ts";
import { backgroundOf } from "../../data/class-names.ts";
import type { RunRecord, RunSource, RunStatus } from "./run-record.ts";
import { emptyView, type RunView } from "./run-view.ts";

export type Tab = "setup" | "training" | "use";

/** The part of the page that is shown. */
export const tab = signal<Tab>("setup");

/** The runs of this browser, the newest first. */
export const runs = signal<readonly RunRecord[]>([]);

/** The run that is shown. */
export const source = signal<RunSource | undefined>(undefined);

/** All that its events say. */
export const view = signal<RunView>(emptyView());

/** What it does. `stopping`: the step under way is being finished; `elsewhere`: another tab trains it. */
export type ShownStatus = RunStatus | "stopping" | "elsewhere";
export const status = signal<ShownStatus | undefined>(undefined);

/** What is being done before a training can begin, and how far it is. */
export const preparing = signal<
	| { readonly text: string; readonly done: number; readonly total: number }
	| undefined
>(undefined);

/** What went wrong outside of a training, for the whole page. */
export const problem = signal<string | undefined>(undefined);

/** Names and colours of the shown run's classes. */
export const classes = computed(() => {
	const names = source.value?.record.job.config.classNames ?? [];
	const background = backgroundOf(names);
	return { names, background, colours: classColours(names.length, background) };
});

/** Whether a training is under way in this tab. */
export const busy = computed(
	() =>
		preparing.value !== undefined ||
		status.value === "running" ||
		status.value === "stopping",
);

/** Whether the page shows a training of the command line. */
export const live = signal(false);
