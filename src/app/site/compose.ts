// What is shown of a picture whose classes are known.
import {
	blurBackground,
	replaceBackground,
	withAlpha,
} from "../../data/background.ts";
import type { Picture } from "../../data/picture.ts";
import { canvasOf, type PaintStyle, rgbOf, withClasses } from "./paint.ts";
import type { Segmented } from "./use-worker.ts";

/** The ways to show it. */
export const EFFECTS = {
	mask: "Mask over the picture",
	blur: "Background out of focus",
	colour: "Background in a colour",
	picture: "Background from a picture",
	cut: "Cut out",
} as const;

export type Effect = keyof typeof EFFECTS;

/** What the effects need besides. */
export interface EffectOptions {
	readonly style: PaintStyle;
	/** Of the blur, as a share of the longer side. */
	readonly radius: number;
	/** `#rrggbb`. */
	readonly colour: string;
	/** What comes behind, at any size. */
	readonly behind: ImageData | undefined;
}

/** The picture with an effect, at its own size. */
export function compose(
	{ picture, ids, foreground }: Segmented,
	effect: Effect,
	{ style, radius, colour, behind }: EffectOptions,
): ImageData {
	const { width, height } = picture;
	const front = rgbOf(picture);
	if (effect === "mask") return withClasses(picture, ids, style);
	if (effect === "cut") return imageDataOf(withAlpha(front, foreground));
	if (effect === "blur") {
		const pixels = Math.max(1, Math.round(radius * Math.max(width, height)));
		return imageDataOf(blurBackground(front, foreground, pixels));
	}
	const back =
		effect === "picture" && behind
			? rgbOf(covering(behind, width, height))
			: plain(width, height, colour);
	return imageDataOf(replaceBackground(front, foreground, back));
}

function plain(width: number, height: number, colour: string): Picture {
	const rgb = [1, 3, 5].map((at) =>
		Number.parseInt(colour.slice(at, at + 2), 16),
	);
	const data = new Uint8Array(width * height * 3);
	for (let i = 0; i < width * height; i++) data.set(rgb, 3 * i);
	return { width, height, channels: 3, data };
}

/** A picture scaled so that it fills another's size, its middle kept. */
function covering(picture: ImageData, width: number, height: number) {
	const context = new OffscreenCanvas(width, height).getContext(
		"2d",
	) as OffscreenCanvasRenderingContext2D;
	const scale = Math.max(width / picture.width, height / picture.height);
	const [w, h] = [picture.width * scale, picture.height * scale];
	context.drawImage(canvasOf(picture), (width - w) / 2, (height - h) / 2, w, h);
	return context.getImageData(0, 0, width, height);
}

function imageDataOf({ width, height, channels, data }: Picture): ImageData {
	const result = new ImageData(width, height);
	for (let i = 0; i < width * height; i++) {
		for (let c = 0; c < 3; c++) {
			result.data[4 * i + c] = data[channels * i + c];
		}
		result.data[4 * i + 3] = channels === 4 ? data[4 * i + 3] : 255;
	}
	return result;
}
