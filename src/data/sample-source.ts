import { checkIndex, type SegmentationSet } from "./segmentation-set.ts";

/** One image as stored and its labels. */
export interface Sample {
	/** Raw pixels, H,W,C. */
	readonly image: Uint8Array | Float32Array;
	/** Class numbers, H,W; 255 = ignored. */
	readonly labels: Uint8Array;
}

/** Images of one size that are read one at a time. */
export interface SampleSource {
	readonly count: number;
	readonly height: number;
	readonly width: number;
	readonly channels: number;
	/** Factor from raw pixels to net input. */
	readonly scale: number;
	/** Reads an image; nobody may change what it gives. */
	read(index: number): Promise<Sample>;
}

/** One image of a set, not copied. Throws DataError for an index outside the set. */
export function sampleOf(set: SegmentationSet, index: number): Sample {
	checkIndex(set, index);
	const samples = set.height * set.width * set.channels;
	return {
		image: set.images.subarray(index * samples, (index + 1) * samples),
		labels: labelsAt(set, index),
	};
}

/** The labels of one image of a set, not copied. Throws DataError for an index outside the set. */
export function labelsAt(
	set: Pick<SegmentationSet, "count" | "height" | "width" | "labels">,
	index: number,
): Uint8Array {
	checkIndex(set, index);
	const pixels = set.height * set.width;
	return set.labels.subarray(index * pixels, (index + 1) * pixels);
}

/** Memory that several caches share. */
export interface Budget {
	/** Bytes not yet used. */
	left: number;
}

/**
 * Keeps what was read as far as the budget goes; what does not fit is read
 * again every time. Nothing is ever dropped: where each epoch wants every image
 * once, the share of reads saved is the share that fits, which no policy of
 * dropping beats.
 */
export function cached(source: SampleSource, budget: Budget): SampleSource {
	const kept = new Map<number, Sample>();
	async function read(index: number): Promise<Sample> {
		const known = kept.get(index);
		if (known) return known;
		const sample = await source.read(index);
		const size = sample.image.byteLength + sample.labels.byteLength;
		if (!kept.has(index) && size <= budget.left) {
			kept.set(index, sample);
			budget.left -= size;
		}
		return sample;
	}
	return { ...source, read };
}
