// Node only: reads files.
import { countClasses } from "./count-classes.ts";
import { defined } from "./defined.ts";
import { DataError, formatList, UsageError } from "./errors.ts";
import { histogram } from "./histogram.ts";
import { decodeImage, formatOf, type Warn, withChannels } from "./image.ts";
import { mayBeCut, readSize, saysGray } from "./image-header.ts";
import { countSizes, severalSizes } from "./image-sizes.ts";
import type { LabelledSource } from "./labelled-source.ts";
import type { Item, Listing, Orphans } from "./layouts/layout.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { type ClassOptions, checkClasses, type Mask, remap } from "./mask.ts";
import { resizeImage, resizeNearest, type Size } from "./resize.ts";
import type { Sample } from "./sample-source.ts";
import { checkIndex } from "./segmentation-set.ts";

/**
 * The listed images, to be read one at a time. Labels are all read once here,
 * because classes and faults are to be known before anything is trained; of the
 * images only the headers are, unless they look damaged: decoding takes ten times
 * as long as for a mask. Throws DataError for files that are damaged or do not fit
 * together, UsageError when sizes differ and `options.size` is not given.
 */
export async function readItems(
	listing: Listing,
	options: LoadOptions,
	events: LoadEvents,
): Promise<LabelledSource> {
	reportOrphans(listing, options, events);
	const { items, place } = listing;
	const labelOptions = labelsOf(listing, options);
	const size = options.size
		? { height: options.size[0], width: options.size[1] }
		: await commonSize(items);
	const perImage: Map<number, number>[] = [];
	const found = new Set<number>();
	for (const item of items) {
		const from = checkedSize(await item.readImage(), item, events.warn);
		const ids = await readLabels(item, from, labelOptions, events.warn);
		const counts = histogram(resizeNearest(ids, from, size));
		for (const id of histogram(ids).keys()) found.add(id);
		perImage.push(counts);
		events.progress?.(perImage.length, items.length);
	}
	const channels = options.channels ?? ((await areGray(items)) ? 1 : 3);

	async function read(index: number): Promise<Sample> {
		checkIndex({ count: items.length }, index);
		const item = items[index];
		// What is odd about a file was said when it was looked at.
		const image = decodeImage(await item.readImage(), item.image, silent);
		const ids = await readLabels(item, image, labelOptions, silent);
		return {
			image: withChannels(resizeImage(image, size), channels).data,
			labels: resizeNearest(ids, image, size),
		};
	}
	return {
		count: items.length,
		...size,
		channels,
		classes: countClasses(found, labelOptions, place, events.warn),
		scale: 1 / 255,
		names: items.map(({ name }) => name),
		dtype: "u8",
		inMemory: false,
		counts: (index) => perImage[index],
		read,
	};
}

function silent(): void {}

/**
 * What mask values mean: what the user says, else what the layout knows. A
 * user's `map` or `offset` replaces the layout's `map` and with it its classes.
 */
export function labelsOf(
	{ labels = {}, classNames }: Pick<Listing, "labels" | "classNames">,
	options: ClassOptions,
): ClassOptions {
	const { map, offset, ignore = labels.ignore } = options;
	const own = map !== undefined || offset !== undefined;
	const classes = options.classes ?? (own ? undefined : classNames?.length);
	const meaning = own ? { map, offset } : { map: labels.map };
	return defined({ ...meaning, ignore, classes });
}

/** One sentence about files without partner. */
export function describeOrphans(orphans: readonly Orphans[]): string {
	return orphans
		.map(({ problem, names }) => `${problem} ${formatList(names)}`)
		.join("; ");
}

/** What is wrong with a listing of nothing, and how to mend it. */
export const NO_IMAGES =
	"holds no image with labels; add some or give another folder";

/** Ends a sentence about orphans: how to mend that. */
export function fixOfOrphans({
	items,
	orphansFix = "add the files",
}: Pick<Listing, "items" | "orphansFix">): string {
	return `${orphansFix}${items.length > 0 ? ", or leave these out with --allow-orphans" : ""}`;
}

function reportOrphans(
	listing: Listing,
	options: LoadOptions,
	events: LoadEvents,
): void {
	const { items, place, orphans = [] } = listing;
	if (orphans.length > 0) {
		const problem = describeOrphans(orphans);
		if (!options.allowOrphans || items.length === 0) {
			throw new DataError(`${problem}; ${fixOfOrphans(listing)}`, place);
		}
		events.warn(`${place}: ${problem}; left out`);
	}
	if (items.length === 0) throw new DataError(NO_IMAGES, place);
}

/** The one size that all images have, read from their headers. */
async function commonSize(items: readonly Item[]): Promise<Size> {
	const found: Size[] = [];
	for (const item of items) {
		// A header that cannot be read is reported when the file is looked at.
		const size = readSize(await item.readImage());
		if (size) found.push(size);
	}
	const sizes = countSizes(found);
	if (sizes.length > 1) throw new UsageError(severalSizes(sizes));
	const [{ height, width } = { height: 1, width: 1 }] = sizes;
	return { height, width };
}

/** The upright size of an image file; decodes it only where it looks damaged. Throws DataError. */
function checkedSize(bytes: Uint8Array, item: Item, warn: Warn): Size {
	formatOf(bytes, item.image, warn);
	const size = mayBeCut(bytes) ? undefined : readSize(bytes);
	return size ?? decodeImage(bytes, item.image, silent);
}

/** True if no image has colours. The first that has ends the search. */
async function areGray(items: readonly Item[]): Promise<boolean> {
	for (const item of items) {
		const bytes = await item.readImage();
		if (saysGray(bytes)) continue;
		if (decodeImage(bytes, item.image, silent).channels === 3) return false;
	}
	return true;
}

/**
 * The class numbers of an item's pixels at its own size, which is that of its
 * image; 255 = ignored. Throws DataError when the mask is damaged, has another
 * size or values that are no class, UsageError when it is a JPEG and the number
 * of classes is unknown.
 */
export async function readLabels(
	item: Item,
	image: Size,
	options: ClassOptions,
	warn: Warn,
): Promise<Uint8Array> {
	const { values, lossy } = await readMask(item, image, warn);
	if (lossy && options.classes === undefined) {
		throw new UsageError(
			`${item.truth}: is a JPEG, whose smeared values leave the number of classes unknown; save the masks as PNG, or give --classes`,
		);
	}
	checkClasses(histogram(values), options, item.truth, lossy);
	return remap(values, options);
}

/** The mask of an item. Throws DataError when it is damaged, or has another size than the image. */
export async function readMask(
	item: Item,
	image: Size,
	warn: Warn,
): Promise<Mask> {
	const mask = await item.readMask(image, warn);
	const { height, width } = mask;
	if (image.height !== height || image.width !== width) {
		throw new DataError(
			`is ${height}x${width} (height x width) but its image ${item.image} is ${image.height}x${image.width}; export one of them again at the other's size`,
			item.truth,
		);
	}
	return mask;
}
