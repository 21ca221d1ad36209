/** Pixel counts: row = true class, column = predicted class. */
export type Confusion = readonly (readonly number[])[];

/**
 * Intersection over union of each class: pixels both true and predicted,
 * divided by pixels true or predicted (Everingham et al. 2010, PASCAL VOC).
 * null for an absent class: one that is neither true nor predicted anywhere.
 */
export function iou(confusion: Confusion): (number | null)[] {
	return confusion.map((row, k) =>
		ratio(row[k], sum(row) + sum(column(confusion, k)) - row[k]),
	);
}

/**
 * Mean IoU over the classes present in truth or prediction; null when there is
 * none. A class that is predicted but never true counts, as 0.
 */
export function meanIou(confusion: Confusion): number | null {
	return meanOfPresent(iou(confusion));
}

/** Dice coefficient (F1 score) of each class, 2 TP / (2 TP + FP + FN); null for an absent class. */
export function dice(confusion: Confusion): (number | null)[] {
	return confusion.map((row, k) =>
		ratio(2 * row[k], sum(row) + sum(column(confusion, k))),
	);
}

/** Share of each class's predicted pixels that are right; null for a class never predicted. */
export function precision(confusion: Confusion): (number | null)[] {
	return confusion.map((row, k) => ratio(row[k], sum(column(confusion, k))));
}

/** Share of each class's true pixels that are found; null for a class that is never true. */
export function recall(confusion: Confusion): (number | null)[] {
	return confusion.map((row, k) => ratio(row[k], sum(row)));
}

/** Share of pixels whose class is right; null when no pixel was counted. Hides small classes: prefer `meanIou`. */
export function pixelAccuracy(confusion: Confusion): number | null {
	return ratio(sum(confusion.map((row, k) => row[k])), sum(confusion.map(sum)));
}

/** Mean `recall` over the classes that are true somewhere (Long et al. 2015); null when there is none. */
export function meanAccuracy(confusion: Confusion): number | null {
	return meanOfPresent(recall(confusion));
}

function meanOfPresent(values: readonly (number | null)[]): number | null {
	const present = values.filter((v) => v !== null);
	return ratio(sum(present), present.length);
}

/** null instead of 0 / 0. */
function ratio(part: number, whole: number): number | null {
	return whole === 0 ? null : part / whole;
}

function column(confusion: Confusion, k: number): number[] {
	return confusion.map((row) => row[k]);
}

function sum(values: readonly number[]): number {
	return values.reduce((a, b) => a + b, 0);
}
