// Node only: reads files.
import { countClasses } from "./count-classes.ts";
import { DataError, formatList, UsageError } from "./errors.ts";
import { decodeImage, type Image, readSize, withChannels } from "./image.ts";
import type { Item, Listing } from "./layouts/layout.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { type ClassOptions, checkClasses, histogram, remap } from "./mask.ts";
import { resizeImage, resizeNearest, type Size } from "./resize.ts";
import type { SegmentationSet } from "./segmentation-set.ts";

/**
 * Reads the listed images and their labels into one set. Throws DataError for
 * files that are damaged or do not fit together, UsageError when sizes differ
 * and `options.size` is not given.
 */
export async function readItems(
	listing: Listing,
	options: LoadOptions,
	events: LoadEvents,
): Promise<SegmentationSet> {
	reportOrphans(listing, options, events);
	const { items, place } = listing;
	const labelOptions = labelsOf(listing, options);
	const size = options.size
		? { height: options.size[0], width: options.size[1] }
		: await commonSize(items);
	const pixels = size.height * size.width;
	const labels = new Uint8Array(items.length * pixels);
	const images: Image[] = [];
	for (const [i, item] of items.entries()) {
		const { image, values, lossy } = await readItem(item, events);
		if (lossy && labelOptions.classes === undefined) {
			throw new UsageError(
				`${item.truth}: is a JPEG, whose smeared values leave the number of classes unknown; save the masks as PNG, or give --classes`,
			);
		}
		checkClasses(histogram(values), labelOptions, item.truth, lossy);
		const ids = remap(values, labelOptions);
		images.push(resizeImage(image, size));
		labels.set(resizeNearest(ids, image, size), i * pixels);
		events.progress?.(i + 1, items.length);
	}
	const gray = images.every((image) => image.channels === 1);
	const channels = options.channels ?? (gray ? 1 : 3);
	const data = new Uint8Array(items.length * pixels * channels);
	for (const [i, image] of images.entries()) {
		data.set(withChannels(image, channels).data, i * pixels * channels);
	}
	return {
		images: data,
		labels,
		count: items.length,
		...size,
		channels,
		classes: countClasses(labels, labelOptions, place, events.warn),
		scale: 1 / 255,
		names: items.map(({ name }) => name),
	};
}

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

function reportOrphans(
	{ items, place, orphans, orphansFix }: Listing,
	options: LoadOptions,
	events: LoadEvents,
): void {
	if (orphans !== undefined) {
		if (!options.allowOrphans || items.length === 0) {
			throw new DataError(
				`${orphans}; ${orphansFix ?? "add the files"}${items.length > 0 ? ", or leave these out with --allow-orphans" : ""}`,
				place,
			);
		}
		events.warn(`${place}: ${orphans}; left out`);
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
		// A header that cannot be read is reported when the file is decoded.
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

/** Decodes an image and its mask. Throws DataError when they do not fit together. */
export async function readItem(
	item: Item,
	events: Pick<LoadEvents, "warn">,
): Promise<{
	image: Image;
	values: ArrayLike<number>;
	lossy: boolean;
}> {
	const image = decodeImage(await item.readImage(), item.image, events.warn);
	const { height, width, values, lossy = false } = await item.readMask(image);
	if (image.height !== height || image.width !== width) {
		throw new DataError(
			`is ${height}x${width} (height x width) but its image ${item.image} is ${image.height}x${image.width}; export one of them again at the other's size`,
			item.truth,
		);
	}
	return { image, values, lossy };
}
