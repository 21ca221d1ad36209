// Node only: the npm package omggif.
import { type Frame, GifReader } from "omggif";
import { DataError } from "./errors.ts";
import { decodeLzw } from "./gif-lzw.ts";
import type { Colour } from "./palette.ts";
import { MAX_PIXELS, type Raster } from "./raster.ts";

/**
 * Decodes the first frame of a GIF to palette indices.
 * Throws DataError, starting with `name`.
 */
export function decodeGif(bytes: Uint8Array, name: string): Raster {
	let frame: Frame;
	let reader: GifReader;
	try {
		reader = new GifReader(bytes);
		frame = reader.frameInfo(0);
	} catch (cause) {
		throw damaged((cause as Error).message, name);
	}
	const { width, height } = reader;
	if (width * height > MAX_PIXELS) {
		throw new DataError(
			`is ${width}x${height} pixels, more than the ${MAX_PIXELS / 1e6} megapixels read; make it smaller`,
			name,
		);
	}
	const inside =
		frame.x + frame.width <= width && frame.y + frame.height <= height;
	if (width === 0 || height === 0 || !inside) {
		throw damaged("its frame lies outside its canvas", name);
	}
	const palette = readPalette(bytes, frame);
	if (!palette) throw damaged("its palette is missing", name);

	const pixels = frame.width * frame.height;
	const indices = decodeLzw(bytes, frame.data_offset, pixels);
	if (!indices) throw damaged("its pixels end too early", name);
	return {
		format: "GIF",
		height,
		width,
		channels: 1,
		depth: 8,
		samples: placeFrame(indices, frame, width, height, bytes[11]),
		palette,
	};
}

function damaged(what: string, name: string): DataError {
	return new DataError(
		`is a damaged or truncated GIF (${what}); convert it to PNG or copy it again`,
		name,
	);
}

function readPalette(bytes: Uint8Array, frame: Frame): Colour[] | undefined {
	const { palette_offset: offset, palette_size: size } = frame;
	if (offset === null || size === null) return undefined;
	if (offset + 3 * size > bytes.length) return undefined;
	return Array.from({ length: size }, (_, i): Colour => {
		const at = offset + 3 * i;
		return [bytes[at], bytes[at + 1], bytes[at + 2]];
	});
}

/** Puts the frame on its canvas, whose other pixels have the background's index. */
function placeFrame(
	indices: Uint8Array,
	frame: Frame,
	width: number,
	height: number,
	background: number,
): Uint8Array {
	const canvas = new Uint8Array(width * height).fill(background);
	// Interlaced rows come in four passes: every 8th, the 8ths between, 4ths, odd ones.
	const passes = frame.interlaced
		? [
				[0, 8],
				[4, 8],
				[2, 4],
				[1, 2],
			]
		: [[0, 1]];
	let from = 0;
	for (const [first, step] of passes) {
		for (let y = first; y < frame.height; y += step) {
			const row = indices.subarray(from, from + frame.width);
			canvas.set(row, (frame.y + y) * width + frame.x);
			from += frame.width;
		}
	}
	return canvas;
}
