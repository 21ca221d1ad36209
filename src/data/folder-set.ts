// Node only: reads the disk.
import { basename, relative } from "node:path";
import { countClasses } from "./count-classes.ts";
import { DataError, formatList, UsageError } from "./errors.ts";
import { filesIn, readBytes } from "./files.ts";
import {
	decodeImage,
	type Image,
	looksLikeImage,
	readSize,
	withChannels,
} from "./image.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { checkClasses, decodeMask, histogram, remap } from "./mask.ts";
import { describeOrphans, type Pair, pairByStem } from "./pair-files.ts";
import { resizeImage, resizeNearest, type Size } from "./resize.ts";
import type { SegmentationSet } from "./segmentation-set.ts";

/**
 * Reads a folder of images and a folder of masks, paired by stem, into one
 * set; names in messages are relative to `base`. Throws DataError for files
 * that are damaged or do not fit together, UsageError when sizes differ and
 * `options.size` is not given.
 */
export async function loadFolders(
	base: string,
	imagesFolder: string,
	masksFolder: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<SegmentationSet> {
	const pairs = await findPairs(imagesFolder, masksFolder, options, events);
	const shown = (path: string) => relative(base, path) || basename(path);
	const size = options.size
		? { height: options.size[0], width: options.size[1] }
		: await commonSize(pairs);
	const pixels = size.height * size.width;
	const labels = new Uint8Array(pairs.length * pixels);
	const images: Image[] = [];
	for (const [i, pair] of pairs.entries()) {
		const { image, ids } = await readPair(pair, shown, options, events);
		images.push(resizeImage(image, size));
		labels.set(resizeNearest(ids, image, size), i * pixels);
		events.progress?.(i + 1, pairs.length);
	}
	const gray = images.every((image) => image.channels === 1);
	const channels = options.channels ?? (gray ? 1 : 3);
	const data = new Uint8Array(pairs.length * pixels * channels);
	for (const [i, image] of images.entries()) {
		data.set(withChannels(image, channels).data, i * pixels * channels);
	}
	return {
		images: data,
		labels,
		count: pairs.length,
		...size,
		channels,
		classes: countClasses(labels, options, masksFolder, events.warn),
		scale: 1 / 255,
		names: pairs.map(({ image }) => basename(image)),
	};
}

async function findPairs(
	imagesFolder: string,
	masksFolder: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<Pair[]> {
	const images = await filesIn(imagesFolder, looksLikeImage);
	const masks = await filesIn(masksFolder, looksLikeImage);
	for (const [folder, files] of [
		[imagesFolder, images],
		[masksFolder, masks],
	] as const) {
		if (files.length === 0) {
			throw new DataError(
				"holds no PNG, JPEG or GIF; put the files there or give another folder",
				folder,
			);
		}
	}
	const pairing = pairByStem(images, masks);
	const orphans = describeOrphans(pairing);
	const place = `${imagesFolder} and ${masksFolder}`;
	if (orphans !== undefined) {
		if (!options.allowOrphans || pairing.pairs.length === 0) {
			throw new DataError(
				`${orphans}; image and mask need the same name before the extension: add or rename files${pairing.pairs.length > 0 ? ", or leave these out with --allow-orphans" : ""}`,
				place,
			);
		}
		events.warn(`${place}: ${orphans}; left out`);
	}
	return pairing.pairs;
}

/** The one size that all images have, read from their headers. */
async function commonSize(pairs: readonly Pair[]): Promise<Size> {
	const sizes = new Map<string, { size: Size; count: number }>();
	for (const { image } of pairs) {
		// A header that cannot be read is reported when the file is decoded.
		const size = readSize(await readBytes(image));
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

async function readPair(
	pair: Pair,
	shown: (path: string) => string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<{ image: Image; ids: Uint8Array }> {
	const imageName = shown(pair.image);
	const maskName = shown(pair.mask);
	const bytes = await readBytes(pair.image);
	const image = decodeImage(bytes, imageName, events.warn);
	const mask = decodeMask(await readBytes(pair.mask), maskName, events.warn);
	if (image.height !== mask.height || image.width !== mask.width) {
		throw new DataError(
			`is ${mask.height}x${mask.width} (height x width) but its image ${imageName} is ${image.height}x${image.width}; export one of them again at the other's size`,
			maskName,
		);
	}
	if (mask.lossy && options.classes === undefined) {
		throw new UsageError(
			`${maskName}: is a JPEG, whose smeared values leave the number of classes unknown; save the masks as PNG, or give --classes`,
		);
	}
	checkClasses(histogram(mask.values), options, maskName, mask.lossy);
	return { image, ids: remap(mask.values, options) };
}
