// Node only: the npm packages image-size and jpeg-js.
import { imageSize } from "image-size";
import { decode } from "jpeg-js";
import { DataError } from "./errors.ts";
import { MAX_PIXELS, type Raster } from "./raster.ts";

/** Memory the decoder may take, enough for about 70 megapixels. */
const MAX_MEMORY_MB = 1024;
/** More pixels per byte than any real JPEG: one of a single colour has about 500. */
const MAX_PIXELS_PER_BYTE = 1000;

/**
 * Decodes a JPEG, baseline or progressive, and turns it upright by its EXIF
 * orientation (1 to 8; anything else counts as upright).
 * Throws DataError, starting with `name`.
 */
export function decodeJpeg(bytes: Uint8Array, name: string): Raster {
	const header = readJpegHeader(bytes);
	const pixels = header ? header.height * header.width : 0;
	// The decoder would fill all these pixels from nothing, for minutes.
	if (pixels > 65_536 + MAX_PIXELS_PER_BYTE * bytes.length) {
		throw new DataError(
			`is a damaged JPEG (${bytes.length} bytes cannot hold ${header?.width}x${header?.height} pixels); copy or export it again`,
			name,
		);
	}
	let decoded: { width: number; height: number; data: Uint8Array };
	try {
		decoded = decode(bytes, {
			useTArray: true,
			formatAsRGBA: false,
			tolerantDecoding: false,
			maxResolutionInMP: MAX_PIXELS / 1e6,
			maxMemoryUsageInMB: MAX_MEMORY_MB,
		});
	} catch (cause) {
		throw explain((cause as Error).message, name);
	}
	const upright = orient(decoded, header?.orientation ?? 1);
	return {
		format: "JPEG",
		height: upright.height,
		width: upright.width,
		channels: 3,
		depth: 8,
		samples: upright.data,
	};
}

function explain(message: string, name: string): DataError {
	if (/limit exceeded/.test(message)) {
		return new DataError("is too large to be read; make it smaller", name);
	}
	// This is what the decoder says when it runs past the last byte.
	const early = /unknown JPEG marker 0$|marker was not found/.test(message);
	return new DataError(
		early
			? "is a JPEG that ends too early; the file is truncated, copy or export it again"
			: `is a damaged or unusual JPEG (${message}); convert it to PNG or export it again`,
		name,
	);
}

/** Upright size and orientation of a JPEG, or undefined when its header is damaged. */
export function readJpegHeader(
	bytes: Uint8Array,
): { height: number; width: number; orientation: number } | undefined {
	try {
		const { width, height, orientation = 1 } = imageSize(bytes);
		const turned = orientation >= 5 && orientation <= 8;
		return {
			height: turned ? width : height,
			width: turned ? height : width,
			orientation,
		};
	} catch {
		return undefined;
	}
}

/** Turns pixels upright by EXIF orientation 2 to 8 (CIPA DC-008, tag 0x0112). */
function orient(
	image: { width: number; height: number; data: Uint8Array },
	orientation: number,
): { width: number; height: number; data: Uint8Array } {
	if (!(orientation >= 2 && orientation <= 8)) return image;
	// Row and column of the stored image that the upright pixel (y, x) comes from.
	const { width: w, height: h, data } = image;
	const sources: Record<number, (y: number, x: number) => [number, number]> = {
		2: (y, x) => [y, w - 1 - x],
		3: (y, x) => [h - 1 - y, w - 1 - x],
		4: (y, x) => [h - 1 - y, x],
		5: (y, x) => [x, y],
		6: (y, x) => [h - 1 - x, y],
		7: (y, x) => [h - 1 - x, w - 1 - y],
		8: (y, x) => [x, w - 1 - y],
	};
	const source = sources[orientation];
	const turned = orientation >= 5;
	const width = turned ? h : w;
	const height = turned ? w : h;
	const result = new Uint8Array(data.length);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const [sy, sx] = source(y, x);
			const from = 3 * (sy * w + sx);
			const to = 3 * (y * width + x);
			for (let c = 0; c < 3; c++) result[to + c] = data[from + c];
		}
	}
	return { width, height, data: result };
}
