// Node only: reads files.
import type { Warn } from "../image.ts";
import type { LoadEvents, LoadOptions } from "../load-options.ts";
import type { ClassOptions, Mask } from "../mask.ts";
import type { Size } from "../resize.ts";
import type { SegmentationSet } from "../segmentation-set.ts";
import type { Tree } from "../tree.ts";

/** An image and what its labels come from, not yet read. */
export interface Item {
	/** What split lists and reports call it. */
	readonly name: string;
	/** The image's file, for messages. */
	readonly image: string;
	/** The file the labels come from, for messages. */
	readonly truth: string;
	readImage(): Promise<Uint8Array>;
	/** The mask; `size` is the image's, upright. `warn` is told of what is odd about the file. */
	readMask(size: Size, warn: Warn): Promise<Mask>;
}

/** Files that lack their partner. */
export interface Orphans {
	/** Begins a sentence that goes on with the names: `no mask for`. */
	readonly problem: string;
	readonly names: readonly string[];
}

/** Names of images that belong to each part of a set, as the set itself says. */
export interface Parts {
	readonly train: readonly string[];
	readonly valid: readonly string[];
	readonly test?: readonly string[];
}

/** A set of image files, listed. */
export interface Listing {
	readonly items: readonly Item[];
	/** What messages about all masks name. */
	readonly place: string;
	/** What the values of masks mean unless the user says otherwise. */
	readonly labels?: ClassOptions | undefined;
	/** Names of the classes, by number. */
	readonly classNames?: readonly string[] | undefined;
	readonly parts?: Parts | undefined;
	/** Images without labels and the reverse. */
	readonly orphans?: readonly Orphans[];
	/** How to mend that: ends the sentence about them. */
	readonly orphansFix?: string;
}

/** A form in which sets come. */
export interface Layout {
	readonly name: string;
	/** What it looks like, in a few words. */
	readonly about: string;
	/** True if `--images` and `--masks` mean something to it. */
	readonly takesPaths?: boolean;
	/** True if the files in the tree have this form. */
	recognises(tree: Tree, options: LoadOptions): Promise<boolean>;
	/** Lists the set, or reads it where it comes as arrays. Throws DataError or UsageError. */
	open(
		tree: Tree,
		options: LoadOptions,
		events: LoadEvents,
	): Promise<Listing | SegmentationSet>;
}

/** The orphans of one kind; none where there are no names. */
export function orphansOf(
	problem: string,
	names: readonly string[],
): readonly Orphans[] {
	return names.length > 0 ? [{ problem, names }] : [];
}

/** True for what is listed rather than read. */
export function isListing(
	opened: Listing | SegmentationSet,
): opened is Listing {
	return "items" in opened;
}
