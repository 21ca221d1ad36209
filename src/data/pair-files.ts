// Node only: paths of files.
import { basename } from "node:path";
import { DataError, formatList } from "./errors.ts";
import { stemOf } from "./files.ts";

/** An image file and its mask file. */
export interface Pair {
	readonly image: string;
	readonly mask: string;
}

/** Image and mask files that found no partner. */
export interface Pairing {
	readonly pairs: Pair[];
	readonly lonelyImages: string[];
	readonly lonelyMasks: string[];
}

/** Endings that mask names may have beyond their image's: `a.jpg`, `a_mask.png`. */
const MASK_SUFFIX = /[-_.](mask|masks|label|labels|seg|segmentation|gt)$/i;

/**
 * Pairs files by stem (`a.b.jpg` and `a.b.png` or `a.b_mask.png`).
 * Throws DataError when two files of one kind have the same stem.
 */
export function pairByStem(
	images: readonly string[],
	masks: readonly string[],
): Pairing {
	const imageOf = uniqueByStem(images, stemOf);
	// A mask whose own stem is an image's keeps it, even if it ends in _mask.
	const maskOf = uniqueByStem(masks, (path) => {
		const stem = stemOf(path);
		return imageOf.has(stem) ? stem : stem.replace(MASK_SUFFIX, "");
	});
	const pairs: Pair[] = [];
	for (const [stem, image] of imageOf) {
		const mask = maskOf.get(stem);
		if (mask !== undefined) pairs.push({ image, mask });
	}
	return {
		pairs,
		lonelyImages: [...imageOf]
			.filter(([stem]) => !maskOf.has(stem))
			.map(([, path]) => path),
		lonelyMasks: [...maskOf]
			.filter(([stem]) => !imageOf.has(stem))
			.map(([, path]) => path),
	};
}

function uniqueByStem(
	paths: readonly string[],
	stem: (path: string) => string,
): Map<string, string> {
	const found = new Map<string, string>();
	for (const path of paths) {
		const key = stem(path);
		const other = found.get(key);
		if (other !== undefined) {
			throw new DataError(
				`has the same stem as ${basename(other)}, so that pairs are ambiguous; rename or remove one of them`,
				path,
			);
		}
		found.set(key, path);
	}
	return found;
}

/** One sentence naming the files without partner, or undefined when there are none. */
export function describeOrphans(pairing: Pairing): string | undefined {
	const parts: string[] = [];
	const { lonelyImages, lonelyMasks } = pairing;
	const names = (paths: string[]) => formatList(paths.map((p) => basename(p)));
	if (lonelyImages.length > 0) {
		parts.push(`no mask for ${names(lonelyImages)}`);
	}
	if (lonelyMasks.length > 0) {
		parts.push(`no image for ${names(lonelyMasks)}`);
	}
	return parts.length > 0 ? parts.join("; ") : undefined;
}
