// Node only: the decoders need npm packages.
import { extname } from "node:path";
import { DataError } from "./errors.ts";
import { decodeGif } from "./gif.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodePng, PNG_SIGNATURE } from "./png.ts";
import type { Raster } from "./raster.ts";

/** Takes one sentence about something odd that was dealt with. */
export type Warn = (message: string) => void;

/** An 8-bit image, H,W,C. */
export interface Image {
	readonly height: number;
	readonly width: number;
	/** 1 = gray, 3 = red, green, blue. */
	readonly channels: 1 | 3;
	readonly data: Uint8Array;
}

const FORMATS = [
	{ format: "PNG", start: PNG_SIGNATURE, names: [".png"], decode: decodePng },
	{
		format: "JPEG",
		start: [0xff, 0xd8],
		names: [".jpg", ".jpeg", ".jpe", ".jfif"],
		decode: decodeJpeg,
	},
	{
		format: "GIF",
		start: [0x47, 0x49, 0x46],
		names: [".gif"],
		decode: decodeGif,
	},
] as const;

/** Formats that are recognised only to say what to do with them. */
const UNREAD = [
	{ format: "TIFF", start: [0x49, 0x49, 0x2a, 0] },
	{ format: "TIFF", start: [0x4d, 0x4d, 0, 0x2a] },
	{ format: "BMP", start: [0x42, 0x4d] },
	{ format: "WebP", start: [0x52, 0x49, 0x46, 0x46] },
];

/** True for file names that look like images, read or not. */
export function looksLikeImage(name: string): boolean {
	const known = FORMATS.flatMap(({ names }) => [...names] as string[]);
	const more = [".tif", ".tiff", ".bmp", ".webp"];
	return [...known, ...more].includes(extname(name).toLowerCase());
}

/**
 * Finds out what an image file is by its first bytes; `warn` is told when its
 * name says otherwise. Throws DataError for empty and unknown files.
 */
export function formatOf(
	bytes: Uint8Array,
	name: string,
	warn: Warn,
): (typeof FORMATS)[number] {
	if (bytes.length === 0) {
		throw new DataError("is empty (0 bytes); copy or export it again", name);
	}
	const startsWith = ({ start }: { start: readonly number[] }) =>
		start.every((byte, i) => bytes[i] === byte);
	const found = FORMATS.find(startsWith);
	if (!found) {
		const unread = UNREAD.find(startsWith);
		throw new DataError(
			unread
				? `is a ${unread.format}, which is not read; convert it to PNG`
				: "is no PNG, JPEG or GIF (its first bytes are not those of one); convert it to PNG",
			name,
		);
	}
	const extension = extname(name).toLowerCase();
	const fits = (found.names as readonly string[]).includes(extension);
	// An image within another file has the name of that.
	if (!fits && looksLikeImage(name)) {
		warn(`${name}: is a ${found.format} despite its name and is read as one`);
	}
	return found;
}

/**
 * Decodes an image file as stored, after `formatOf`. Throws DataError naming
 * file and fix for empty, truncated, damaged and unknown files.
 */
export function decodeRaster(
	bytes: Uint8Array,
	name: string,
	warn: Warn,
): Raster {
	return formatOf(bytes, name, warn).decode(bytes, name);
}

/**
 * Decodes an image file to 8 bits: palettes become colours, 1, 2 and 4 bits
 * are stretched to 0..255, 16 bits reduced, alpha dropped as Pillow's
 * `convert("RGB")` does. A picture whose colours are all gray has 1 channel.
 */
export function decodeImage(
	bytes: Uint8Array,
	name: string,
	warn: Warn,
): Image {
	const raster = decodeRaster(bytes, name, warn);
	const { height, width } = raster;
	const data = raster.palette
		? paletteToRgb(raster.samples, raster.palette)
		: toBytes(raster.samples, raster.depth);
	const channels = raster.palette ? 3 : raster.channels;
	const gray = channels === 3 ? grayOf(data) : data;
	return gray
		? { height, width, channels: 1, data: gray }
		: { height, width, channels: 3, data };
}

function paletteToRgb(
	indices: Uint8Array | Uint16Array,
	palette: NonNullable<Raster["palette"]>,
): Uint8Array {
	const rgb = new Uint8Array(indices.length * 3);
	for (let i = 0; i < indices.length; i++) {
		// An index past the palette's end stays black, as in other decoders.
		const colour = palette[indices[i]];
		if (colour) rgb.set(colour, 3 * i);
	}
	return rgb;
}

function toBytes(samples: Uint8Array | Uint16Array, depth: number): Uint8Array {
	if (depth === 8 && samples instanceof Uint8Array) return samples;
	const largest = 2 ** depth - 1;
	return Uint8Array.from(samples, (v) => Math.round((v * 255) / largest));
}

/** The one channel of RGB pixels that are all gray, else undefined. */
export function grayOf<T extends Uint8Array | Uint16Array>(
	rgb: T,
): T | undefined {
	for (let i = 0; i < rgb.length; i += 3) {
		if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return undefined;
	}
	const gray = rgb.slice(0, rgb.length / 3) as T;
	for (let i = 0; i < gray.length; i++) gray[i] = rgb[3 * i];
	return gray;
}

/**
 * The image with the channels asked for: gray is repeated, colour becomes
 * luma with the weights of ITU-R BT.601 (0.299, 0.587, 0.114).
 */
export function withChannels(image: Image, channels: 1 | 3): Image {
	if (image.channels === channels) return image;
	const { height, width, data } = image;
	const result = new Uint8Array(height * width * channels);
	if (channels === 3) {
		for (let i = 0; i < result.length; i++) result[i] = data[Math.floor(i / 3)];
	} else {
		for (let i = 0; i < result.length; i++) {
			const at = 3 * i;
			result[i] = Math.round(
				0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2],
			);
		}
	}
	return { height, width, channels, data: result };
}
