// Pictures and class numbers as pixels of a canvas.
import type { Colour } from "../../data/palette.ts";
import { IGNORE } from "../../data/segmentation-set.ts";
import type { SetHeader } from "../job.ts";

/** Class numbers of a picture, H,W. */
export type Ids = Uint8Array | Uint8ClampedArray;

/** How classes are painted. */
export interface PaintStyle {
	readonly colours: readonly Colour[];
	/** The class that is left unpainted. */
	readonly background: number;
	/** Which classes are shown, by number. */
	readonly visible: readonly boolean[];
	/** 0: the picture alone, 1: the paint alone. */
	readonly opacity: number;
	/** Whether pixels without a label are marked; default true. */
	readonly unlabelled?: boolean;
}

const WRONG: Colour = [222, 45, 38];
const UNLABELLED: Colour = [190, 190, 190];

/** An image of a set as a person sees it, and its labels. */
export function pictureOf(
	bytes: Uint8Array<ArrayBuffer>,
	{ height, width, channels, dtype, scale }: SetHeader,
): { picture: ImageData; labels: Ids } {
	const count = height * width * channels;
	const values =
		dtype === "u8" ? bytes : new Float32Array(bytes.buffer, 0, count);
	const picture = new ImageData(width, height);
	for (let i = 0; i < height * width; i++) {
		for (let c = 0; c < 3; c++) {
			const channel = channels >= 3 ? c : 0;
			picture.data[4 * i + c] = values[i * channels + channel] * scale * 255;
		}
		picture.data[4 * i + 3] = 255;
	}
	const labels = bytes.subarray(count * (dtype === "u8" ? 1 : 4));
	return { picture, labels };
}

/** The picture with its classes over it. */
export function withClasses(
	picture: ImageData,
	ids: Ids,
	{ colours, background, visible, opacity, unlabelled = true }: PaintStyle,
): ImageData {
	return blended(picture, opacity, (i) => {
		const id = ids[i];
		if (id === IGNORE) return unlabelled ? UNLABELLED : undefined;
		return id !== background && visible[id] ? colours[id] : undefined;
	});
}

/** The picture with the places over it where the prediction is wrong, as far as a shown class is concerned. */
export function withErrors(
	picture: ImageData,
	truth: Ids,
	prediction: Ids,
	{ visible, opacity }: PaintStyle,
): ImageData {
	return blended(picture, opacity, (i) => {
		const [a, b] = [truth[i], prediction[i]];
		if (a === IGNORE) return UNLABELLED;
		return a !== b && (visible[a] || visible[b]) ? WRONG : undefined;
	});
}

function blended(
	picture: ImageData,
	opacity: number,
	colourAt: (pixel: number) => Colour | undefined,
): ImageData {
	const { data, width, height } = picture;
	const result = new ImageData(new Uint8ClampedArray(data), width, height);
	for (let i = 0; i < width * height; i++) {
		const colour = colourAt(i);
		if (!colour) continue;
		for (let c = 0; c < 3; c++) {
			const at = 4 * i + c;
			result.data[at] = (1 - opacity) * data[at] + opacity * colour[c];
		}
	}
	return result;
}

/** Red, green and blue of a picture. */
export function rgbOf({ width, height, data: rgba }: ImageData) {
	const data = new Uint8Array(width * height * 3);
	for (let i = 0; i < width * height; i++) {
		for (let c = 0; c < 3; c++) data[3 * i + c] = rgba[4 * i + c];
	}
	return { width, height, channels: 3 as const, data };
}

/** A canvas that holds a picture. */
export function canvasOf(picture: ImageData): OffscreenCanvas {
	const canvas = new OffscreenCanvas(picture.width, picture.height);
	canvas.getContext("2d")?.putImageData(picture, 0, 0);
	return canvas;
}
