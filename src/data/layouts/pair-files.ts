// Node only: paths of files.
import { basename } from "node:path";
import { DataError, UsageError } from "../errors.ts";
import { stemOf } from "../files.ts";
import { type Orphans, orphansOf } from "./layout.ts";

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

/** The stem that stands for `{}` in a template. */
const HOLE = "{}";

/**
 * The stem of the image that a mask belongs to by its name's ending, or by a
 * template such as `{}_L`; undefined if its name has no such form.
 */
export function maskName(path: string, template?: string): string | undefined {
	const stem = stemOf(path);
	if (template === undefined) {
		const shortened = stem.replace(MASK_SUFFIX, "");
		return shortened === stem ? undefined : shortened;
	}
	const [before, after] = stemOfTemplate(template).split(HOLE);
	return stem.length > before.length + after.length &&
		stem.startsWith(before) &&
		stem.endsWith(after)
		? stem.slice(before.length, stem.length - after.length)
		: undefined;
}

/** A template with or without the extension, which does not matter. */
function stemOfTemplate(template: string): string {
	if (template.split(HOLE).length !== 2) {
		throw new UsageError(
			`--pair is ${JSON.stringify(template)}; write {} once where the image's name stands, for example "{}_mask"`,
		);
	}
	return template.replace(/\.(png|jpe?g|gif)$/i, "");
}

/**
 * Pairs files by stem (`a.b.jpg` and `a.b.png` or `a.b_mask.png`), or by a
 * template for the masks' names (`{}_L` for `a.b_L.png`).
 * Throws DataError when two files of one kind have the same stem.
 */
export function pairFiles(
	images: readonly string[],
	masks: readonly string[],
	template?: string,
): Pairing {
	const imageOf = uniqueByStem(images, stemOf);
	// A mask whose own stem is an image's keeps it, even if it ends in _mask.
	const maskOf = uniqueByStem(masks, (path) => {
		const stem = stemOf(path);
		if (template === undefined && imageOf.has(stem)) return stem;
		return maskName(path, template) ?? (template ? path : stem);
	});
	const pairs: Pair[] = [];
	const lonelyImages: string[] = [];
	for (const [stem, image] of imageOf) {
		const mask = maskOf.get(stem);
		if (mask === undefined) lonelyImages.push(image);
		else pairs.push({ image, mask });
	}
	const lonelyMasks = [...maskOf]
		.filter(([stem]) => !imageOf.has(stem))
		.map(([, path]) => path);
	return { pairs, lonelyImages, lonelyMasks };
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

/** The files without partner. */
export function orphansOfPairs(pairing: Pairing): readonly Orphans[] {
	const names = (paths: string[]) => paths.map((path) => basename(path));
	return [
		...orphansOf("no mask for", names(pairing.lonelyImages)),
		...orphansOf("no image for", names(pairing.lonelyMasks)),
	];
}
