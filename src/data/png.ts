// Node only: zlib, and the npm package fast-png.
import { inflateSync } from "node:zlib";
import { type DecodedPng, decode } from "fast-png";
import { concatBytes } from "./bytes.ts";
import { DataError } from "./errors.ts";
import type { Colour } from "./palette.ts";
import { MAX_PIXELS, type Raster } from "./raster.ts";

/** The eight bytes every PNG begins with. */
export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Colour type of a PNG whose samples index a palette. */
const INDEXED = 3;
/** Samples per pixel and bits per sample by PNG colour type. */
const COLOUR_TYPES: ReadonlyMap<number, { samples: number; depths: number[] }> =
	new Map([
		[0, { samples: 1, depths: [1, 2, 4, 8, 16] }],
		[2, { samples: 3, depths: [8, 16] }],
		[INDEXED, { samples: 1, depths: [1, 2, 4, 8] }],
		[4, { samples: 2, depths: [8, 16] }],
		[6, { samples: 4, depths: [8, 16] }],
	]);
/** Bytes after the last row that are forgiven, as other decoders do. */
const SURPLUS = 65_536;

/**
 * Decodes a PNG of any colour type, depth and interlacing; checksums are
 * verified, alpha is dropped. Throws DataError, starting with `name`.
 */
export function decodePng(bytes: Uint8Array, name: string): Raster {
	const { kept, data } = keepImageChunks(bytes, name);
	const header = readHeader(bytes);
	checkHeader(header, name);
	checkData(data, header, name);
	let png: DecodedPng;
	try {
		png = decode(kept, { checkCrc: true });
	} catch (cause) {
		throw damaged((cause as Error).message, name);
	}
	const { width, height, depth, channels } = png;
	const samples = dropAlpha(depth < 8 ? unpack(png) : png.data, channels);
	const palette = png.palette?.map(([r, g, b]): Colour => [r, g, b]);
	if (header.colourType === INDEXED && !palette) {
		throw damaged("its palette is missing", name);
	}
	return {
		format: "PNG",
		height,
		width,
		channels: channels < 3 ? 1 : 3,
		depth,
		samples: samples as Uint8Array | Uint16Array,
		// Other colour types may carry a palette too, only as a suggestion.
		...(header.colourType === INDEXED && palette && { palette }),
	};
}

function damaged(what: string, name: string): DataError {
	return new DataError(
		`is a damaged PNG (${what}); copy or export it again`,
		name,
	);
}

interface Header {
	readonly width: number;
	readonly height: number;
	readonly depth: number;
	readonly colourType: number;
	readonly interlaced: boolean;
}

function readHeader(bytes: Uint8Array): Header {
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	return {
		width: view.getUint32(16),
		height: view.getUint32(20),
		depth: bytes[24],
		colourType: bytes[25],
		interlaced: bytes[28] === 1,
	};
}

/**
 * Walks the chunks and keeps those that hold the picture. Text and colour
 * profiles are left out: they do not matter here, and a small one can inflate
 * to any size.
 */
function keepImageChunks(
	bytes: Uint8Array,
	name: string,
): { kept: Uint8Array; data: Uint8Array } {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const chunks = [bytes.subarray(0, 8)];
	const data: Uint8Array[] = [];
	for (let at = 8, first = true; ; first = false) {
		if (at + 12 > bytes.length) throw truncated(name);
		const length = view.getUint32(at);
		const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
		const end = at + 12 + length;
		if (end > bytes.length) throw truncated(name);
		if (first !== (type === "IHDR") || (first && length !== 13)) {
			throw damaged("its header is not in its place", name);
		}
		if (type === "IDAT") data.push(bytes.subarray(at + 8, end - 4));
		if (["IHDR", "PLTE", "IDAT", "IEND"].includes(type)) {
			chunks.push(bytes.subarray(at, end));
		}
		if (type === "IEND") break;
		at = end;
	}
	return { kept: concatBytes(chunks), data: concatBytes(data) };
}

function truncated(name: string): DataError {
	return new DataError(
		"is a PNG that ends too early; the file is truncated, copy or export it again",
		name,
	);
}

function checkHeader(header: Header, name: string): void {
	const { width, height } = header;
	if (width * height > MAX_PIXELS) {
		throw new DataError(
			`is ${width}x${height} pixels, more than the ${MAX_PIXELS / 1e6} megapixels read; make it smaller`,
			name,
		);
	}
	const known = COLOUR_TYPES.get(header.colourType);
	if (width === 0 || height === 0 || !known?.depths.includes(header.depth)) {
		throw damaged("its header makes no sense", name);
	}
	// The decoder would read garbage here without a word.
	if (header.interlaced && header.depth < 8) {
		throw new DataError(
			`is an interlaced PNG with ${header.depth}-bit samples, which is not read; save it without interlacing`,
			name,
		);
	}
}

/** Inflates once with a limit, because the decoder itself has none. */
function checkData(data: Uint8Array, header: Header, name: string): void {
	const wanted = inflatedBytes(header);
	let inflated: number;
	try {
		inflated = inflateSync(data, { maxOutputLength: wanted + SURPLUS }).length;
	} catch (cause) {
		const { code, message } = cause as NodeJS.ErrnoException;
		if (code === "Z_BUF_ERROR") throw truncated(name);
		throw damaged(
			code === "ERR_BUFFER_TOO_LARGE" ? "too many pixels" : message,
			name,
		);
	}
	if (inflated < wanted) throw damaged("pixels are missing", name);
}

/** First column, first row, column step and row step of the seven Adam7 passes. */
const ADAM7 = [
	[0, 0, 8, 8],
	[4, 0, 8, 8],
	[0, 4, 4, 8],
	[2, 0, 4, 4],
	[0, 2, 2, 4],
	[1, 0, 2, 2],
	[0, 1, 1, 2],
];

function inflatedBytes(header: Header): number {
	const { width, height, depth, colourType } = header;
	const bitsPerPixel = (COLOUR_TYPES.get(colourType)?.samples ?? 0) * depth;
	const passes = header.interlaced ? ADAM7 : [[0, 0, 1, 1]];
	let total = 0;
	for (const [x, y, stepX, stepY] of passes) {
		const columns = Math.ceil((width - x) / stepX);
		const rows = Math.ceil((height - y) / stepY);
		// Each row starts with a byte that names its filter.
		if (columns > 0 && rows > 0) {
			total += rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
		}
	}
	return total;
}

/** One value per pixel from rows packed to whole bytes, high bits first. */
function unpack(png: DecodedPng): Uint8Array {
	const { width, height, depth, data } = png;
	const samples = new Uint8Array(width * height);
	const mask = (1 << depth) - 1;
	const rowBytes = Math.ceil((width * depth) / 8);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const bit = x * depth;
			const byte = data[y * rowBytes + (bit >> 3)];
			samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & mask;
		}
	}
	return samples;
}

function dropAlpha(
	samples: DecodedPng["data"],
	channels: number,
): DecodedPng["data"] {
	// As Pillow's convert("RGB"): what lies under transparent pixels stays.
	if (channels === 1 || channels === 3) return samples;
	const kept = channels - 1;
	const result = samples.slice(0, (samples.length / channels) * kept);
	for (let i = 0; i < result.length; i++) {
		result[i] = samples[Math.floor(i / kept) * channels + (i % kept)];
	}
	return result;
}
