import { type Picture, panelsPng } from "../data/picture.ts";
import type { SegmentationSet } from "../data/segmentation-set.ts";

/** Image, truth and prediction of one image of a set side by side as a PNG. */
export function writePanel(
	set: SegmentationSet,
	index: number,
	prediction: Uint8Array,
	background: number,
): Uint8Array {
	const pixels = set.height * set.width;
	const truth = set.labels.subarray(index * pixels, (index + 1) * pixels);
	const image = pictureOf(set, index);
	return panelsPng([{ image, truth, prediction }], { background });
}

/** An image of a set as a person sees it: gray or colour, 0 to 255; channels beyond are not shown. */
export function pictureOf(
	set: Pick<
		SegmentationSet,
		"images" | "height" | "width" | "channels" | "scale"
	>,
	index: number,
): Picture {
	const { height, width, channels } = set;
	const shown = channels >= 3 ? 3 : 1;
	const first = index * height * width * channels;
	const data = new Uint8Array(height * width * shown);
	for (let i = 0; i < height * width; i++) {
		for (let c = 0; c < shown; c++) {
			const raw = set.images[first + i * channels + c] * set.scale * 255;
			data[i * shown + c] = Math.min(Math.max(Math.round(raw), 0), 255);
		}
	}
	return { height, width, channels: shown, data };
}
