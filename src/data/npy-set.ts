// Node only: reads files.
import { countClasses } from "./count-classes.ts";
import { DataError, formatCount, UsageError } from "./errors.ts";
import { histogram } from "./histogram.ts";
import { withChannels } from "./image.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { checkClasses, remap } from "./mask.ts";
import { type NpyArray, parseNpy } from "./npy.ts";
import { resizeImage, resizeNearest, resizeScores } from "./resize.ts";
import type { SegmentationSet } from "./segmentation-set.ts";
import { nameOf, type Tree } from "./tree.ts";

/**
 * Reads a pair of .npy files into a set: images N,H,W or N,H,W,C, labels
 * N,H,W (or N,H,W,1) class numbers or N,H,W,K one-hot. Throws DataError when
 * an array is damaged, has another form, or the two do not fit together.
 */
export async function loadNpyPair(
	tree: Tree,
	imagesPath: string,
	masksPath: string,
	options: LoadOptions,
	events: LoadEvents,
): Promise<SegmentationSet> {
	const imagesName = nameOf(imagesPath);
	const masksName = nameOf(masksPath);
	const raw = parseNpy(await tree.read(imagesPath), imagesName);
	const images = readImages(raw, imagesName);
	const masks = parseNpy(await tree.read(masksPath), masksName);
	const { count, height, width, channels } = images;
	const [n, h, w] = masks.shape;
	const dims = masks.shape.length;
	if (dims < 3 || dims > 4 || n !== count || h !== height || w !== width) {
		throw new DataError(
			`has shape (${masks.shape.join(", ")}) but ${imagesName} has (${raw.shape.join(", ")}); labels must be (${count}, ${height}, ${width}) class numbers or one-hot (${count}, ${height}, ${width}, classes)`,
			masksName,
		);
	}
	const oneHot = dims === 4 && masks.shape[3] > 1;
	const values = oneHot ? fromOneHot(masks, masksName) : masks.data;
	checkClasses(histogram(values), options, masksName);
	const labels = remap(values, options);
	const classes =
		oneHot && options.classes === undefined && !options.map
			? masks.shape[3]
			: countClasses(histogram(labels).keys(), options, masksName, events.warn);
	const names = Array.from(
		{ length: count },
		(_, i) => `${imagesName.replace(/\.npy$/i, "")}[${i}]`,
	);
	events.progress?.(count, count);
	return resizeSet(
		{ ...images, labels, classes, names, channels },
		options,
		imagesName,
	);
}

type Images = Pick<
	SegmentationSet,
	"images" | "count" | "height" | "width" | "channels" | "scale"
>;

function readImages(array: NpyArray, name: string): Images {
	const { shape, data } = array;
	const [count, height, width, channels = 1] = shape;
	if (shape.length < 3 || shape.length > 4) {
		throw new DataError(
			`has shape (${shape.join(", ")}); images must be (N, height, width) or (N, height, width, channels)`,
			name,
		);
	}
	if (data.length === 0) {
		throw new DataError(
			`has shape (${shape.join(", ")}), so there is no image in it; save at least one`,
			name,
		);
	}
	return { ...scaled(array, name), count, height, width, channels };
}

/** Bytes where nothing is lost; the scale brings all of them to 0..1. */
function scaled(
	{ data, dtype }: NpyArray,
	name: string,
): Pick<SegmentationSet, "images" | "scale"> {
	if (data instanceof Uint8Array) {
		return { images: data, scale: dtype === "b1" ? 1 : 1 / 255 };
	}
	let largest = 0;
	let whole = true;
	let negative = false;
	for (let i = 0; i < data.length; i++) {
		const value = data[i];
		if (!Number.isFinite(value)) {
			throw new DataError(
				`holds ${value} at value ${formatCount(i)}; replace it with a finite number`,
				name,
			);
		}
		largest = Math.max(largest, Math.abs(value));
		if (value < 0) negative = true;
		if (!Number.isInteger(value)) whole = false;
	}
	if (largest > 65_535) {
		throw new DataError(
			`holds values up to ${formatCount(largest)}; scale the images to 0..1 or 0..255`,
			name,
		);
	}
	// 0 and 1 alone are a picture scaled to 0..1, not two shades of black.
	if (largest <= 1) return { images: Float32Array.from(data), scale: 1 };
	if (largest > 255) {
		return { images: Float32Array.from(data), scale: 1 / 65_535 };
	}
	const images =
		whole && !negative ? Uint8Array.from(data) : Float32Array.from(data);
	return { images, scale: 1 / 255 };
}

/** The place of the 1 in each pixel's K values; anything but one 1 and zeros is an error. */
function fromOneHot({ data, shape }: NpyArray, name: string): Uint8Array {
	const [, height, width, classes] = shape;
	if (classes > 255) {
		throw new DataError(
			`has ${formatCount(classes)} classes, at most 255 fit; merge some of them`,
			name,
		);
	}
	const ids = new Uint8Array(data.length / classes);
	for (let pixel = 0; pixel < ids.length; pixel++) {
		let ones = 0;
		for (let k = 0; k < classes; k++) {
			const value = data[pixel * classes + k];
			if (value === 1) {
				ids[pixel] = k;
				ones++;
			} else if (value !== 0) ones = Number.NaN;
		}
		if (ones !== 1) {
			const n = Math.floor(pixel / (height * width));
			const y = Math.floor(pixel / width) % height;
			const found = data.slice(pixel * classes, (pixel + 1) * classes);
			throw new DataError(
				`is not one-hot: image ${n}, row ${y}, column ${pixel % width} holds [${found.join(" ")}] instead of a single 1 among zeros; save class numbers as (N, height, width), for example array.argmax(-1)`,
				name,
			);
		}
	}
	return ids;
}

/** Applies `options.size` and `options.channels`. */
function resizeSet(
	set: SegmentationSet,
	options: LoadOptions,
	name: string,
): SegmentationSet {
	const channels = options.channels ?? set.channels;
	const [height, width] = options.size ?? [set.height, set.width];
	if (
		channels === set.channels &&
		height === set.height &&
		width === set.width
	) {
		return set;
	}
	if (channels !== set.channels && !(set.images instanceof Uint8Array)) {
		throw new UsageError(
			`${name}: has ${set.channels} channels of float values, which are not turned into ${channels}; leave --channels out`,
		);
	}
	if (channels !== set.channels && set.channels !== 1 && set.channels !== 3) {
		throw new UsageError(
			`${name}: has ${set.channels} channels, which are not turned into ${channels}; leave --channels out`,
		);
	}
	const to = { height, width };
	const size = height * width;
	const images =
		set.images instanceof Uint8Array
			? new Uint8Array(set.count * size * channels)
			: new Float32Array(set.count * size * channels);
	const labels = new Uint8Array(set.count * size);
	const from = set.height * set.width;
	for (let n = 0; n < set.count; n++) {
		const first = n * from * set.channels;
		const pixels = set.images.subarray(first, first + from * set.channels);
		const resized =
			pixels instanceof Uint8Array
				? resizeImage(changeChannels(set, pixels, channels), to).data
				: resizeScores(pixels, set, channels, to);
		images.set(resized, n * size * channels);
		const ids = set.labels.subarray(n * from, (n + 1) * from);
		labels.set(resizeNearest(ids, set, to), n * size);
	}
	return { ...set, images, labels, height, width, channels };
}

function changeChannels(
	{ height, width, channels: have }: SegmentationSet,
	data: Uint8Array,
	wanted: number,
) {
	if (have === wanted) return { height, width, channels: wanted, data };
	const image = { height, width, channels: have as 1 | 3, data };
	return withChannels(image, wanted as 1 | 3);
}
