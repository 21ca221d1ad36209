import type { Job, JobEvent } from "../job.ts";
import type { Place } from "../log-line.ts";

/** A training as the job takes it. */
export type TrainJob = Extract<Job, { kind: "train" }>;

/** How a run ended, or that it goes on; `cut off`: it goes on no more, but has not said so. */
export type RunStatus =
	| "running"
	| "paused"
	| "stopped"
	| "done"
	| "failed"
	| "cut off";

/** What is kept of a run besides its files. */
export interface RunRecord {
	readonly id: string;
	readonly title: string;
	/** Milliseconds since 1970. */
	readonly created: number;
	readonly status: RunStatus;
	readonly job: TrainJob;
	/** Names of the validation images. */
	readonly names: readonly string[];
	/** One sentence about each file that was left out. */
	readonly notes: readonly string[];
}

/** What is told of a run while it goes on, and kept in its log: the job's own events, and what became of its files. */
export type RunEvent = { readonly time: number } & (
	| JobEvent
	/** The predictions of an epoch are written. */
	| { readonly type: "samples"; readonly epoch: number }
	/** The training goes on from a checkpoint. */
	| ({ readonly type: "resumed" } & Place)
);

/** Where a run's files are: this browser, or the folder of the command line. */
export interface RunSource {
	readonly record: RunRecord;
	/** A validation image: its values, then its labels. */
	valid(index: number): Promise<Uint8Array<ArrayBuffer>>;
	/** Class numbers that an epoch predicted for a validation image. */
	prediction(epoch: number, index: number): Promise<Uint8Array<ArrayBuffer>>;
	/** Undefined before the first epoch ends. */
	checkpoint(
		name: "best" | "last",
	): Promise<Uint8Array<ArrayBuffer> | undefined>;
	/** What the best checkpoint makes of a validation image, once the training is done. */
	ranked(index: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
}
