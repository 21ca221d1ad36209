import { DataError } from "../../data/errors.ts";
import { resizeImage, resizeNearest, type Size } from "../../data/resize.ts";
import { IGNORE, type SegmentationSet } from "../../data/segmentation-set.ts";
import { rgbOf } from "./paint.ts";

/** Pictures and what was painted on them. */
export interface PaintedSource {
	readonly kind: "painted";
	readonly classNames: readonly string[];
	/** Whether pixels that are not painted are background, or do not count. */
	readonly restIsBackground: boolean;
	readonly pictures: readonly {
		readonly name: string;
		readonly picture: ImageData;
		/** Class numbers; `IGNORE` where nothing is painted. */
		readonly ids: Uint8Array;
	}[];
}

/** The painted pictures as a set of one size. Throws DataError when there is nothing to learn. */
export function paintedSet(
	{ pictures, classNames, restIsBackground }: PaintedSource,
	longerSide: number,
): SegmentationSet {
	const size = commonSize(
		pictures.map(({ picture }) => picture),
		longerSide,
	);
	const pixels = size.height * size.width;
	const images = new Uint8Array(pictures.length * pixels * 3);
	const labels = new Uint8Array(pictures.length * pixels);
	for (const [i, { picture, ids }] of pictures.entries()) {
		const image = resizeImage(rgbOf(picture), size);
		images.set(image.data, i * pixels * 3);
		labels.set(resizeNearest(ids, picture, size), i * pixels);
	}
	if (restIsBackground) {
		for (let i = 0; i < labels.length; i++) {
			if (labels[i] === IGNORE) labels[i] = 0;
		}
	}
	const found = new Set(labels);
	found.delete(IGNORE);
	if (found.size < 2) {
		throw new DataError(
			restIsBackground
				? "nothing but background is painted; paint what the network shall find on at least one picture"
				: "only one class is painted, so there is nothing to tell apart; paint the background too, or let what is not painted be background",
		);
	}
	return {
		images,
		labels,
		count: pictures.length,
		...size,
		channels: 3,
		classes: classNames.length,
		scale: 1 / 255,
		names: pictures.map(({ name }) => name),
	};
}

/** The middle one of the shapes, its longer side as wanted; multiples of 8 suit the network. */
export function commonSize(
	sizes: readonly Size[],
	longerSide: number,
): { height: number; width: number } {
	const ratios = sizes.map(({ height, width }) => height / width);
	ratios.sort((a, b) => a - b);
	const ratio = ratios[Math.floor(ratios.length / 2)] ?? 1;
	const rounded = (n: number) => Math.max(8, Math.round(n / 8) * 8);
	return {
		height: rounded(longerSide * Math.min(1, ratio)),
		width: rounded(longerSide * Math.min(1, 1 / ratio)),
	};
}
