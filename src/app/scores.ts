import { type Confusion, iou, meanIou, pixelAccuracy } from "../unet/index.ts";

/** How good a segmentation is; null = no pixel to judge by. */
export interface Scores {
	readonly miou: number | null;
	readonly pixelAccuracy: number | null;
	/** By class name; null for a class neither true nor predicted anywhere. */
	readonly iou: Readonly<Record<string, number | null>>;
	/** Pixels of each class in the truth. */
	readonly pixels: Readonly<Record<string, number>>;
}

/** The scores of a confusion matrix. */
export function scoresOf(
	confusion: Confusion,
	classNames: readonly string[],
): Scores {
	const named = <T>(values: readonly T[]) =>
		Object.fromEntries(values.map((value, k) => [classNames[k], value]));
	const truth = confusion.map((row) => row.reduce((a, b) => a + b, 0));
	return {
		miou: meanIou(confusion),
		pixelAccuracy: pixelAccuracy(confusion),
		iou: named(iou(confusion)),
		pixels: named(truth),
	};
}

/** A score with three digits, or a dash. */
export function formatScore(score: number | null): string {
	return score === null ? "-" : score.toFixed(3);
}

/** The scores as a table, one class a line, the mean below. */
export function scoreTable(
	scores: Scores,
	classNames: readonly string[],
): string {
	const pixels = classNames.map((n) => scores.pixels[n].toLocaleString("en"));
	const first = Math.max(5, ...classNames.map((name) => name.length));
	const last = Math.max(6, ...pixels.map((text) => text.length));
	const line = (a: string, b: string, c: string) =>
		`${a.padEnd(first)}  ${b.padStart(6)}  ${c.padStart(last)}`;
	const present = Object.values(scores.iou).filter((x) => x !== null).length;
	return [
		line("class", "IoU", "pixels"),
		...classNames.map((name, k) =>
			line(name, formatScore(scores.iou[name]), pixels[k]),
		),
		`mIoU ${formatScore(scores.miou)} over ${present} classes, pixel accuracy ${formatScore(scores.pixelAccuracy)}`,
	].join("\n");
}
