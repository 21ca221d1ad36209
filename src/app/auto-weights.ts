/**
 * The weight of a class in the loss is 1/sqrt(its share of the pixels), scaled so that the
 * mean over the pixels is 1: rare classes count more, but not as much as if
 * all were equally frequent, which makes a net paint them too large.
 */
export function autoWeights(counts: readonly number[]): number[] {
	const total = counts.reduce((a, b) => a + b, 0);
	const mean = counts.reduce((sum, n) => sum + Math.sqrt(n / total), 0);
	// A class without a pixel has no say in the loss: any weight will do.
	return counts.map((n) => (n > 0 ? 1 / Math.sqrt(n / total) / mean : 1));
}
