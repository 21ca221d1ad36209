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

/** Throws DataError unless `index` is an image of the set. */
export function checkIndex(
	{ count }: Pick<SegmentationSet, "count">,
	index: number,
): void {
	if (!Number.isInteger(index) || index < 0 || index >= count) {
		throw new DataError(
			`image ${index} is outside the set of ${count} images; indices run from 0 to ${count - 1}`,
		);
	}
}
