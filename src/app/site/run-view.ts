import type { Confusion } from "../../unet/index.ts";
import type { TrainConfig } from "../job.ts";
import { type Scores, scoresOf } from "../scores.ts";
import type { RunEvent, RunStatus } from "./run-record.ts";
import { type Notice, noticesOf } from "./warnings.ts";

type Event<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

/** An epoch as the page shows it. */
export interface EpochView extends Scores {
	readonly epoch: number;
	readonly trainLoss: number;
	readonly validLoss: number;
	readonly confusion: Confusion;
	readonly seconds: number;
	readonly best: boolean;
}

/** All that the page shows of a training, made of its events alone. */
export interface RunView {
	readonly device?: Event<"device">;
	/** Of the steps told, as columns; `at` in epochs. The arrays grow in place. */
	readonly steps: {
		readonly at: number[];
		readonly loss: number[];
		readonly learningRate: number[];
	};
	readonly step?: Event<"step">;
	readonly epochs: readonly EpochView[];
	/** Images judged of all that validate, while that goes on. */
	readonly judging?: Event<"progress"> | undefined;
	/** Epochs whose predictions are there. */
	readonly samples: readonly number[];
	/** Places where the training went on from a checkpoint, in epochs. */
	readonly resumed: readonly number[];
	readonly notices: readonly Notice[];
	readonly ranked?: Event<"ranked">;
	readonly failed?: Event<"failed">;
	/** Where this stretch of the training began, for the time that is left. */
	readonly since?: { readonly time: number; readonly done: number } | undefined;
	readonly secondsLeft?: number | undefined;
}

/** Before anything is told. */
export const emptyView = (): RunView => ({
	steps: { at: [], loss: [], learningRate: [] },
	epochs: [],
	samples: [],
	resumed: [],
	notices: [],
});

/** From so many points on, every other one is dropped: a screen has no more. */
const MOST_POINTS = 6000;

/** The view after one more event. */
export function viewAfter(
	before: RunView,
	event: RunEvent,
	{ classNames }: Pick<TrainConfig, "classNames">,
): RunView {
	const view = {
		...before,
		notices: [...before.notices, ...noticesOf(before, event, classNames)],
	};
	switch (event.type) {
		case "device":
			return { ...view, device: event };
		case "step":
			return afterStep(view, event);
		case "progress":
			return { ...view, judging: event };
		case "epoch": {
			const { confusion, epoch, trainLoss, validLoss, seconds, best } = event;
			const scores = scoresOf(confusion, classNames);
			const entry = { epoch, trainLoss, validLoss, confusion, seconds, best };
			const epochs = [...view.epochs, { ...entry, ...scores }];
			return { ...view, epochs, judging: undefined };
		}
		case "samples":
			return { ...view, samples: [...view.samples, event.epoch] };
		case "resumed": {
			const { at } = view.steps;
			const steps = view.step?.steps ?? Number.POSITIVE_INFINITY;
			const place = event.epoch + event.step / steps;
			const resumed = at.length ? [...view.resumed, place] : view.resumed;
			return { ...view, resumed, since: undefined, secondsLeft: undefined };
		}
		case "ranked":
			return { ...view, ranked: event };
		case "failed":
			return { ...view, failed: event };
		case "done":
			return { ...view, judging: undefined, secondsLeft: undefined };
		default:
			return view;
	}
}

function afterStep(view: RunView, event: Event<"step">): RunView {
	const { epoch, epochs, step, steps, loss, learningRate, time } = event;
	const columns = view.steps;
	columns.at.push(epoch - 1 + step / steps);
	columns.loss.push(loss);
	columns.learningRate.push(learningRate);
	if (columns.at.length > MOST_POINTS) {
		for (const column of Object.values(columns)) {
			const kept = column.filter((_, i) => i % 2 === 1);
			column.splice(0, column.length, ...kept);
		}
	}
	const done = (epoch - 1) * steps + step;
	const since = view.since ?? { time, done };
	const each = (time - since.time) / 1000 / (done - since.done);
	const secondsLeft =
		done > since.done ? each * (epochs * steps - done) : undefined;
	return { ...view, step: event, judging: undefined, since, secondsLeft };
}

/** What the page says of a status. */
export const STATUS_TEXT: Readonly<Record<RunStatus, string>> = {
	running: "Training",
	paused: "Paused",
	stopped: "Stopped",
	done: "Done",
	failed: "Failed",
	"cut off": "Interrupted",
};
