import type { Confusion } from "../../unet/index.ts";
import type { RunEvent } from "./run-record.ts";
import type { RunView } from "./run-view.ts";

/** A line of the page's log. */
export interface Notice {
	readonly time: number;
	readonly kind: "note" | "warning" | "error";
	readonly text: string;
}

/** A loss so many times the highest of the last steps is a spike; with small batches it is ragged anyway. */
const SPIKE = 2;
/** How many last steps. */
const WINDOW = 25;
/** Share of the steps' time in waiting for images from which it is worth a word. */
const MUCH_WAITING = 0.3;

/** What is to be said about an event, given all that came before. */
export function noticesOf(
	view: RunView,
	event: RunEvent,
	classNames: readonly string[],
): Notice[] {
	const { time } = event;
	const say = (kind: Notice["kind"], text: string): Notice[] => [
		{ time, kind, text },
	];
	switch (event.type) {
		case "device":
			return event.software
				? say(
						"warning",
						`${event.description} computes on the CPU: no GPU is used, so this is slow`,
					)
				: say("note", `Training on ${event.description}`);
		case "warning":
			return say("warning", event.message);
		case "failed":
			return say("error", event.message);
		case "resumed":
			return say(
				"note",
				`Resumed after epoch ${event.epoch}, step ${event.step}`,
			);
		case "step": {
			const highest = highestLoss(view.steps.loss);
			return highest !== undefined && event.loss > SPIKE * highest
				? say(
						"warning",
						`Loss spike in epoch ${event.epoch}, step ${event.step}: ${event.loss.toPrecision(3)} where ${highest.toPrecision(3)} was the highest before; if it stays high, lower the learning rate`,
					)
				: [];
		}
		case "epoch": {
			const notices: Notice[] = [];
			const only = onlyPredicted(event.confusion);
			if (only !== undefined) {
				notices.push(
					...say(
						"warning",
						`Epoch ${event.epoch}: every pixel is predicted as ${classNames[only]}; train longer, or check the masks`,
					),
				);
			}
			const share = event.waitSeconds / event.stepSeconds;
			if (share > MUCH_WAITING) {
				notices.push(
					...say(
						"warning",
						`Epoch ${event.epoch}: ${Math.round(100 * share)} % of the time went into waiting for pictures; fewer changes or smaller pictures shorten that`,
					),
				);
			}
			return notices;
		}
		default:
			return [];
	}
}

/** The highest of the last losses; undefined while there are too few. */
function highestLoss(losses: readonly number[]): number | undefined {
	return losses.length < WINDOW
		? undefined
		: Math.max(...losses.slice(-WINDOW));
}

/** The one class that all pixels were taken for although there are others; else undefined. */
function onlyPredicted(confusion: Confusion): number | undefined {
	const predicted = confusion.map((_, k) =>
		confusion.reduce((sum, row) => sum + row[k], 0),
	);
	const found = predicted.flatMap((count, k) => (count > 0 ? [k] : []));
	const present = confusion.filter((row) => row.some((count) => count > 0));
	return found.length === 1 && present.length > 1 ? found[0] : undefined;
}
