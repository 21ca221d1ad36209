import { DataError } from "./errors.ts";

/** Label of a pixel that counts in neither the loss nor the metrics. */
export const IGNORE = 255;

/** Images with one class number per pixel, all of one size, held in memory. */
export interface SegmentationSet {
	/** Raw pixels, N,H,W,C; `raw * scale` is what the net sees. */
	readonly images: Uint8Array | Float32Array;
	/** Class numbers, N,H,W; `IGNORE` (255) = leave this pixel out. */
	readonly labels: Uint8Array;
	/** Number of images, N. */
	readonly count: number;
	/** Height of every image in pixels, H. */
	readonly height: number;
	/** Width of every image in pixels, W. */
	readonly width: number;
	/** Channels per pixel, C. */
	readonly channels: number;
	/** Number of classes; labels are 0 to `classes - 1`, at most 255 of them. */
	readonly classes: number;
	/** Factor from raw pixels to net input: 1/255 for bytes. */
	readonly scale: number;
	/** One name per image, for messages and reports. */
	readonly names: readonly string[];
}

/**
 * Copies the images at `indices`, in that order, into a set of their own.
 * Throws DataError for an index outside the set.
 */
export function subset(
	set: SegmentationSet,
	indices: ArrayLike<number>,
): SegmentationSet {
	const pixels = set.height * set.width;
	const samples = pixels * set.channels;
	const count = indices.length;
	const images =
		set.images instanceof Uint8Array
			? new Uint8Array(count * samples)
			: new Float32Array(count * samples);
	const labels = new Uint8Array(count * pixels);
	const names: string[] = [];
	for (let i = 0; i < count; i++) {
		const at = indices[i];
		checkIndex(set, at);
		images.set(
			set.images.subarray(at * samples, (at + 1) * samples),
			i * samples,
		);
		labels.set(set.labels.subarray(at * pixels, (at + 1) * pixels), i * pixels);
		names.push(set.names[at]);
	}
	return { ...set, images, labels, count, names };
}

/** Throws DataError unless `index` is an image of the set. */
export function checkIndex(set: SegmentationSet, index: number): void {
	if (!Number.isInteger(index) || index < 0 || index >= set.count) {
		throw new DataError(
			`image ${index} is outside the set of ${set.count} images; indices run from 0 to ${set.count - 1}`,
		);
	}
}

/** Counts the pixels of each class; `ignored` counts those labelled `IGNORE`. */
export function classHistogram(set: SegmentationSet): {
	counts: number[];
	ignored: number;
} {
	const perValue = new Array<number>(256).fill(0);
	for (const label of set.labels) perValue[label]++;
	return { counts: perValue.slice(0, set.classes), ignored: perValue[IGNORE] };
}

/** For each class, the images with a pixel of it. */
export function imagesOfClass(set: SegmentationSet): number[][] {
	const pixels = set.height * set.width;
	const images = Array.from({ length: set.classes }, (): number[] => []);
	for (let i = 0; i < set.count; i++) {
		const labels = new Set(set.labels.subarray(i * pixels, (i + 1) * pixels));
		for (const label of labels) images[label]?.push(i);
	}
	return images;
}
