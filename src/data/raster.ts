import type { Colour } from "./palette.ts";

/** Samples of an image file as stored: nothing scaled, no palette applied. */
export interface Raster {
	/** What the bytes are, whatever the name says. */
	readonly format: "PNG" | "JPEG" | "GIF";
	readonly height: number;
	readonly width: number;
	/** 1 (gray or palette index) or 3 (red, green, blue); alpha is dropped. */
	readonly channels: 1 | 3;
	/** Bits per sample: 1, 2, 4, 8 or 16. */
	readonly depth: number;
	/** H,W,C, one value per sample also below 8 bits. */
	readonly samples: Uint8Array | Uint16Array;
	/** Colours that the samples index, if they are indices. */
	readonly palette?: readonly Colour[];
}

/** Largest image read, in pixels: a damaged or hostile header must not take all memory. */
export const MAX_PIXELS = 100_000_000;
