/** Pixel counts: row = true class, column = predicted class. */
export type Confusion = readonly (readonly number[])[];

/**
 * Intersection over union of each class: pixels both true and predicted,
 * divided by pixels true or predicted (Everingham et al. 2010, PASCAL VOC).
 * null for an absent class: one that is neither true nor predicted anywhere.
 */
export function iou(confusion: Confusion): (number | null)[] {
	return confusion.map((row, k) => {
		const truth = sum(row);
		const predicted = sum(confusion.map((r) => r[k]));
		const union = truth + predicted - row[k];
		return union === 0 ? null : row[k] / union;
	});
}

/**
 * Mean IoU over the classes present in truth or prediction; null when there is
 * none. A class that is predicted but never true counts, as 0.
 */
export function meanIou(confusion: Confusion): number | null {
	const present = iou(confusion).filter((v) => v !== null);
	return present.length === 0 ? null : sum(present) / present.length;
}

/** Share of pixels whose class is right; null when no pixel was counted. Hides small classes: prefer `meanIou`. */
export function pixelAccuracy(confusion: Confusion): number | null {
	const all = sum(confusion.map(sum));
	return all === 0 ? null : sum(confusion.map((row, k) => row[k])) / all;
}

function sum(values: readonly number[]): number {
	return values.reduce((a, b) => a + b, 0);
}
