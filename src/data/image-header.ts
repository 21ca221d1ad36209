// Node only: what image files say of themselves, without decoding them.
import { readJpegHeader } from "./jpeg.ts";
import { MAX_PIXELS } from "./raster.ts";
import type { Size } from "./resize.ts";

/** Upright size of an image file from its header alone, or undefined when that cannot be read or is absurd. */
export function readSize(bytes: Uint8Array): Size | undefined {
	const size = headerSize(bytes);
	const pixels = size ? size.height * size.width : 0;
	return pixels > 0 && pixels <= MAX_PIXELS ? size : undefined;
}

function headerSize(bytes: Uint8Array): Size | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes[0] === 0x89 && bytes.length >= 24) {
		return { width: view.getUint32(16), height: view.getUint32(20) };
	}
	if (bytes[0] === 0x47 && bytes.length >= 10) {
		return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
	}
	const header = bytes[0] === 0xff ? readJpegHeader(bytes) : undefined;
	return header && { height: header.height, width: header.width };
}

/** True if a file says that it has no colours; others may turn out to have none too. */
export function saysGray(bytes: Uint8Array): boolean {
	// Colour types of a PNG: 0 is gray, 4 gray with alpha.
	if (bytes[0] === 0x89) return bytes[25] === 0 || bytes[25] === 4;
	return bytes[0] === 0xff && componentsOf(bytes) === 1;
}

/** Components in the frame header of a JPEG (ITU-T T.81, B.2.2), if it is found. */
function componentsOf(bytes: Uint8Array): number | undefined {
	for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
		const marker = bytes[at + 1];
		// SOF0 to SOF15, without DHT, JPG and DAC.
		const isFrame = marker >= 0xc0 && marker <= 0xcf;
		if (isFrame && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes[at + 9];
		at += marker === 0xff ? 1 : 2 + bytes[at + 2] * 256 + bytes[at + 3];
	}
	return undefined;
}

/** The last bytes of a whole file: IEND and its checksum, EOI, the trailer of a GIF. */
const ENDS: ReadonlyMap<number, readonly number[]> = new Map([
	[0x89, [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]],
	[0xff, [0xff, 0xd9]],
	[0x47, [0x3b]],
]);

/** True unless a file ends as its format does: it may be cut off, or have something behind its end. */
export function mayBeCut(bytes: Uint8Array): boolean {
	const end = ENDS.get(bytes[0]);
	if (!end) return true;
	const last = bytes.subarray(-end.length);
	return !end.every((byte, i) => byte === last[i]);
}
