// Reads images and masks of files that the user gave to the page, as the command reads a folder.
import { numberedNames } from "../../data/class-names.ts";
import { DataError } from "../../data/errors.ts";
import { histogram } from "../../data/histogram.ts";
import { decodeImage, type Image, withChannels } from "../../data/image.ts";
import { readSize } from "../../data/image-header.ts";
import {
	type Item,
	isListing,
	type Listing,
} from "../../data/layouts/layout.ts";
import { openFiles } from "../../data/load-set.ts";
import { remap } from "../../data/mask.ts";
import { formatValue } from "../../data/palette.ts";
import {
	describeOrphans,
	labelsOf,
	readLabels,
	readMask,
} from "../../data/read-items.ts";
import { resizeImage, resizeNearest } from "../../data/resize.ts";
import type { SegmentationSet } from "../../data/segmentation-set.ts";
import { enterOnly, memoryTree } from "../../data/tree.ts";
import { type FoundClass, namesOf } from "./found-classes.ts";
import { commonSize } from "./painted-set.ts";

/** What is in a folder. */
export interface FolderFound {
	readonly layout: string;
	readonly count: number;
	readonly values: readonly FoundClass[];
	/** One sentence about each file that cannot be used. */
	readonly bad: readonly string[];
	/** What else was odd. */
	readonly notes: readonly string[];
}

/** More values than any sensible set has classes: the masks are smeared. */
const MOST_VALUES = 255;

type Progress = (text: string, done: number, total: number) => void;

/** A folder that was looked into. */
export interface Folder {
	readonly found: FolderFound;
	/** The pictures at one size, without those that are damaged, which are named to `bad`. */
	read(
		values: readonly FoundClass[],
		longerSide: number,
		progress: Progress,
		bad: (problem: string) => void,
	): Promise<SegmentationSet>;
}

/** Finds the layout of files and looks into all masks. Throws DataError when there is nothing to use. */
export async function lookInto(
	{
		files,
		name,
	}: { readonly files: ReadonlyMap<string, Blob>; readonly name: string },
	progress: Progress,
): Promise<Folder> {
	const notes: string[] = [];
	const warn = (note: string) => notes.push(note);
	const tree = await enterOnly(memoryTree(files, name));
	const { layout, opened } = await openFiles(tree, name, {}, { warn });
	if (!isListing(opened)) return wholeSet(opened, layout.name, notes);
	if (opened.orphans?.length) notes.push(describeOrphans(opened.orphans));
	const good: { item: Item; size: { height: number; width: number } }[] = [];
	const bad: string[] = [];
	const counts = new Map<number, number>();
	for (const [i, item] of opened.items.entries()) {
		progress("Looking at masks", i, opened.items.length);
		try {
			const bytes = await item.readImage();
			const { height, width } =
				readSize(bytes) ?? decodeImage(bytes, item.image, silent);
			const size = { height, width };
			const { values } = await readMask(item, size, silent);
			for (const [value, count] of histogram(values)) {
				counts.set(value, (counts.get(value) ?? 0) + count);
			}
			good.push({ item, size });
		} catch (error) {
			bad.push((error as Error).message);
		}
	}
	if (good.length === 0) {
		throw new DataError(
			`none of the ${opened.items.length} pictures can be used: ${bad[0] ?? "there are none"}`,
			name,
		);
	}
	if (counts.size > MOST_VALUES) {
		throw new DataError(
			`the masks hold ${counts.size} different values, so they seem to be smeared; save them as PNG without smoothing`,
			name,
		);
	}
	const values = valuesOf(opened, counts);
	return {
		found: { layout: layout.name, count: good.length, values, bad, notes },
		async read(values, longerSide, progress, tellBad) {
			const size = commonSize(
				good.map(({ size }) => size),
				longerSide,
			);
			const options = classOptions(values);
			const read: { name: string; image: Image; labels: Uint8Array }[] = [];
			for (const [i, { item }] of good.entries()) {
				progress("Reading pictures", i, good.length);
				try {
					const bytes = await item.readImage();
					const image = decodeImage(bytes, item.image, silent);
					const ids = await readLabels(item, image, options, silent);
					const labels = resizeNearest(ids, image, size);
					const small = resizeImage(image, size);
					read.push({ name: item.name, image: small, labels });
				} catch (error) {
					tellBad((error as Error).message);
				}
			}
			const gray = read.every(({ image }) => image.channels === 1);
			const channels = gray ? 1 : 3;
			const pixels = size.height * size.width;
			const images = new Uint8Array(read.length * pixels * channels);
			const labels = new Uint8Array(read.length * pixels);
			for (const [i, one] of read.entries()) {
				const { data } = withChannels(one.image, channels);
				images.set(data, i * data.length);
				labels.set(one.labels, i * pixels);
			}
			return {
				...{ images, labels, count: read.length, ...size, channels },
				classes: options.classes,
				scale: 1 / 255,
				names: read.map(({ name }) => name),
			};
		},
	};
}

function classOptions(values: readonly FoundClass[]) {
	const names = namesOf(values);
	const kept = values.filter(({ ignored }) => !ignored);
	return {
		map: Object.fromEntries(
			kept.map(({ value, name }) => [value, names.indexOf(name)]),
		),
		ignore: values.filter((v) => v.ignored).map(({ value }) => value),
		classes: names.length,
	};
}

/** What a layout knows of its values, else a class for each. */
function valuesOf(
	listing: Listing,
	counts: ReadonlyMap<number, number>,
): FoundClass[] {
	const { map = {}, ignore = [] } = labelsOf(listing, {});
	const total = [...counts.values()].reduce((a, b) => a + b, 0);
	const order = (value: number) => map[value] ?? value;
	const found = [...counts.keys()].sort((a, b) => order(a) - order(b));
	// VOC and its like mark the pixels between objects so.
	const border = found.includes(255) && found.length > 2 && found[1] < 100;
	return found.map((value) => ({
		value,
		text: formatValue(value),
		share: (counts.get(value) ?? 0) / total,
		name: listing.classNames?.[order(value)] ?? plainName(value, found.length),
		ignored: ignore.includes(value) || (border && value === 255),
	}));
}

function plainName(value: number, values: number): string {
	if (value === 0) return "background";
	return values === 2 ? "object" : formatValue(value);
}

/** A set that came as arrays. */
function wholeSet(
	set: SegmentationSet,
	layout: string,
	notes: string[],
): Folder {
	const counts = histogram(set.labels);
	const values = numberedNames(set.classes).map((name, value) => ({
		value,
		text: name,
		share: (counts.get(value) ?? 0) / set.labels.length,
		name,
		ignored: false,
	}));
	return {
		found: { layout, count: set.count, values, bad: [], notes },
		async read(values) {
			const options = classOptions(values);
			const labels = remap(set.labels, {
				...options,
				ignore: [...options.ignore, 255],
			});
			return { ...set, labels, classes: options.classes };
		},
	};
}

function silent(): void {}
