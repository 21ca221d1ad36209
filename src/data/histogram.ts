/** How often each value occurs. */
export function histogram(values: ArrayLike<number>): Map<number, number> {
	const counts = new Map<number, number>();
	// Masks are long runs of one value: one look-up per run, not per pixel.
	for (let i = 0; i < values.length; ) {
		const value = values[i];
		const start = i;
		while (i < values.length && values[i] === value) i++;
		counts.set(value, (counts.get(value) ?? 0) + i - start);
	}
	return counts;
}
