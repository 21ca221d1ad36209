/** An image by what it holds. */
export interface Fingerprint {
	/** Checksums of the file and of its pixels, if it could be decoded. */
	readonly bytes?: string;
	readonly pixels?: string;
}

/** Images that are equal, by position. */
export interface Duplicates {
	readonly images: readonly number[];
	/** Whether the files are equal too. */
	readonly sameFile: boolean;
}

/** Groups of images with the same pixels. */
export function findDuplicates(
	images: readonly Fingerprint[],
): readonly Duplicates[] {
	const same = new Map<string, number[]>();
	for (const [i, { pixels }] of images.entries()) {
		if (pixels) same.set(pixels, [...(same.get(pixels) ?? []), i]);
	}
	return [...same.values()]
		.filter((group) => group.length > 1)
		.map((group) => ({
			images: group,
			sameFile: new Set(group.map((i) => images[i].bytes)).size === 1,
		}));
}
