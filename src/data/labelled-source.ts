import { histogram } from "./histogram.ts";
import { labelsAt, type SampleSource, sampleOf } from "./sample-source.ts";
import { IGNORE, type SegmentationSet } from "./segmentation-set.ts";

/** Images that are read one at a time, and what is known of them before. */
export interface LabelledSource extends SampleSource {
	/** Number of classes; labels are 0 to `classes - 1`, at most 255 of them. */
	readonly classes: number;
	/** One name per image, for messages and reports. */
	readonly names: readonly string[];
	/** What the values of images are: bytes or floats. */
	readonly dtype: "u8" | "f32";
	/** True if the images are in memory, so that keeping what was read saves nothing. */
	readonly inMemory: boolean;
	/** How many pixels of an image have each label; 255 = ignored. */
	counts(index: number): ReadonlyMap<number, number>;
}

/** The images of a set in memory, not copied. `read` and `counts` throw DataError for an index outside the set. */
export function sourceOf(set: SegmentationSet): LabelledSource {
	const { images, labels: _, ...header } = set;
	return {
		...header,
		dtype: images instanceof Uint8Array ? "u8" : "f32",
		inMemory: true,
		read: async (index) => sampleOf(set, index),
		counts: (index) => histogram(labelsAt(set, index)),
	};
}

/** The images at `indices`, in that order, as a source of their own. */
export function partOf(
	source: LabelledSource,
	indices: readonly number[],
): LabelledSource {
	return {
		...source,
		count: indices.length,
		names: indices.map((index) => source.names[index]),
		read: (index) => source.read(indices[index]),
		counts: (index) => source.counts(indices[index]),
	};
}

/** The part of a source that its class statistics follow from. */
type Outline = Pick<LabelledSource, "count" | "classes" | "counts">;

/** Counts the pixels of each class; `ignored` counts those labelled `IGNORE`. */
export function classHistogram({ count, classes, counts: of }: Outline): {
	counts: number[];
	ignored: number;
} {
	const counts = new Array<number>(classes).fill(0);
	let ignored = 0;
	for (let i = 0; i < count; i++) {
		for (const [label, pixels] of of(i)) {
			if (label === IGNORE) ignored += pixels;
			else counts[label] += pixels;
		}
	}
	return { counts, ignored };
}

/** For each class, the images with a pixel of it. */
export function imagesOfClass({ count, classes, counts }: Outline): number[][] {
	const images = Array.from({ length: classes }, (): number[] => []);
	for (let i = 0; i < count; i++) {
		for (const label of counts(i).keys()) images[label]?.push(i);
	}
	return images;
}
