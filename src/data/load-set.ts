// Node only: reads files.
import { DataError, formatList, UsageError } from "./errors.ts";
import { type LabelledSource, sourceOf } from "./labelled-source.ts";
import { LAYOUTS, layoutOf } from "./layouts/index.ts";
import {
	isListing,
	type Layout,
	type Listing,
	type Parts,
} from "./layouts/layout.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import type { ClassOptions } from "./mask.ts";
import { labelsOf, readItems } from "./read-items.ts";
import type { SegmentationSet } from "./segmentation-set.ts";
import { openTree, type Tree } from "./tree.ts";

/** A set with what its layout knows beyond the pixels. */
export interface LoadedSet {
	readonly set: LabelledSource;
	/** The layout's name. */
	readonly layout: string;
	/** What the values of its masks were taken for. */
	readonly labels: ClassOptions;
	/** Names of the classes, as many as the set has, if they are known. */
	readonly classNames?: readonly string[];
	/** The division that comes with the set. */
	readonly parts?: Parts;
}

/**
 * The set in a folder, a .zip or a .npz, in whichever layout it comes. Images
 * that are files are decoded when they are read, not here.
 * Throws DataError or UsageError with the file at fault and the fix.
 */
export async function loadSet(
	path: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<LoadedSet> {
	const { layout, opened } = await openSet(path, options, events);
	if (!isListing(opened)) {
		const { classNames } = options;
		return {
			set: sourceOf(opened),
			layout: layout.name,
			labels: labelsOf({}, options),
			...(classNames && { classNames }),
		};
	}
	const set = await readItems(opened, options, events);
	const { classNames, parts } = opened;
	const own = options.map === undefined && options.offset === undefined;
	const names = options.classNames ?? (own ? classNames : undefined);
	return {
		set,
		layout: layout.name,
		labels: labelsOf(opened, options),
		...(names?.length === set.classes && { classNames: names }),
		...(parts && { parts }),
	};
}

/** Opens a set in its layout, without reading images that are files. */
export async function openSet(
	path: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<{ layout: Layout; opened: Listing | SegmentationSet }> {
	return openFiles(await openTree(path), path, options, events);
}

/** Likewise of files that are at hand; `path` is what messages call them. */
export async function openFiles(
	tree: Tree,
	path: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<{ layout: Layout; opened: Listing | SegmentationSet }> {
	checkOptions(options);
	const names = await tree.list("");
	if (names.length === 0 && !(options.imagesPath && options.masksPath)) {
		throw new DataError(
			"is empty; put a folder of images and a folder of masks there, or a pair of .npy files",
			path,
		);
	}
	const layout = await layoutOf(tree, options);
	if (!layout) {
		throw new DataError(
			`holds ${formatList(names)}, which is none of the layouts ${LAYOUTS.map(({ name }) => name).join(", ")}; name images and masks with --images PATH --masks PATH`,
			path,
		);
	}
	return { layout, opened: await layout.open(tree, options, events) };
}

function checkOptions({ size, classes }: LoadOptions): void {
	if (size && !size.every((n) => Number.isInteger(n) && n > 0)) {
		throw new UsageError(
			`the size ${size.join("x")} makes no sense; give --size HxW in whole pixels, for example --size 128x128`,
		);
	}
	if (
		classes !== undefined &&
		!(Number.isInteger(classes) && classes >= 1 && classes <= 255)
	) {
		throw new UsageError(
			`${classes} classes make no sense; give --classes a whole number from 1 to 255`,
		);
	}
}
