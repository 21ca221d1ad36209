// Node only: reads files.
import { countClasses } from "./count-classes.ts";
import { DataError, formatList, UsageError } from "./errors.ts";
import { histogram } from "./histogram.ts";
import { decodeImage, formatOf, type Warn, withChannels } from "./image.ts";
import { mayBeCut, readSize, saysGray } from "./image-header.ts";
import type { LabelledSource } from "./labelled-source.ts";
import type { Item, Listing, Orphans } from "./layouts/layout.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { type ClassOptions, checkClasses, remap } from "./mask.ts";
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

/** Leaves out the fields that are undefined. */
function defined<T extends object>(
	fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
	const entries = Object.entries(fields).filter(([, v]) => v !== undefined);
	return Object.fromEntries(entries) as ReturnType<typeof defined<T>>;
}

/** One sentence about files without partner. */
export function describeOrphans(orphans: readonly Orphans[]): string {
	return orphans
		.map(({ problem, names }) => `${problem} ${formatList(names)}`)
		.join("; ");
}

function reportOrphans(
	{ items, place, orphans = [], orphansFix = "add the files" }: Listing,
	options: LoadOptions,
	events: LoadEvents,
): void {
	if (orphans.length > 0) {
		const problem = describeOrphans(orphans);
		if (!options.allowOrphans || items.length === 0) {
			throw new DataError(
				`${problem}; ${orphansFix}${items.length > 0 ? ", or leave these out with --allow-orphans" : ""}`,
				place,
			);
		}
		events.warn(`${place}: ${problem}; left out`);
	}
	if (items.length === 0) {
		throw new DataError(
			"holds no image with labels; add some or give another folder",
			place,
		);
	}
}

/** The one size that all images have, read from their headers. */
async function commonSize(items: readonly Item[]): Promise<Size> {
	const sizes = new Map<string, { size: Size; count: number }>();
	for (const item of items) {
		// A header that cannot be read is reported when the file is looked at.
		const size = readSize(await item.readImage());
		if (!size) continue;
		const key = `${size.height}x${size.width}`;
		sizes.set(key, { size, count: (sizes.get(key)?.count ?? 0) + 1 });
	}
	const byCount = [...sizes].sort(([, a], [, b]) => b.count - a.count);
	if (byCount.length > 1) {
		const list = byCount.map(([key, { count }]) => `${key} (${count} images)`);
		throw new UsageError(
			`the images have ${byCount.length} sizes: ${formatList(list)}; give one size for all with --size HxW, for example --size 128x128`,
		);
	}
	return byCount[0]?.[1].size ?? { height: 1, width: 1 };
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
	const { height, width, values, lossy } = await item.readMask(image, warn);
	if (image.height !== height || image.width !== width) {
		throw new DataError(
			`is ${height}x${width} (height x width) but its image ${item.image} is ${image.height}x${image.width}; export one of them again at the other's size`,
			item.truth,
		);
	}
	if (lossy && options.classes === undefined) {
		throw new UsageError(
			`${item.truth}: is a JPEG, whose smeared values leave the number of classes unknown; save the masks as PNG, or give --classes`,
		);
	}
	checkClasses(histogram(values), options, item.truth, lossy);
	return remap(values, options);
}
