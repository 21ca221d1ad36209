/** What class scores amount to, pixel by pixel. */
export interface Decision {
	/** The class with the highest score; the first of equal ones. */
	readonly ids: Uint8Array<ArrayBuffer>;
	/** Share of all classes but the background, 0 to 255. */
	readonly foreground: Uint8Array<ArrayBuffer>;
}

/** Decides on the classes of pixels; `scores` are probabilities, pixels by classes. */
export function decide(
	scores: ArrayLike<number>,
	classes: number,
	background: number,
): Decision {
	const count = scores.length / classes;
	const ids = new Uint8Array(count);
	const foreground = new Uint8Array(count);
	for (let p = 0; p < count; p++) {
		const at = p * classes;
		let best = 0;
		for (let k = 1; k < classes; k++) {
			if (scores[at + k] > scores[at + best]) best = k;
		}
		ids[p] = best;
		foreground[p] = Math.round(255 * (1 - scores[at + background]));
	}
	return { ids, foreground };
}
