import { type Picture, panelsPng } from "../data/picture.ts";
import type { Sample, SampleSource } from "../data/sample-source.ts";

/** Image, truth and prediction of one image of a set side by side as a PNG. */
export async function writePanel(
	set: SampleSource,
	index: number,
	prediction: Uint8Array,
	background: number,
): Promise<Uint8Array> {
	const { image, labels: truth } = await set.read(index);
	const picture = pictureOf(image, set);
	return panelsPng([{ image: picture, truth, prediction }], { background });
}

/** An image as a person sees it: gray or colour, 0 to 255; channels beyond are not shown. */
export function pictureOf(
	values: Sample["image"],
	{
		height,
		width,
		channels,
		scale,
	}: Pick<SampleSource, "height" | "width" | "channels" | "scale">,
): Picture {
	const shown = channels >= 3 ? 3 : 1;
	const data = new Uint8Array(height * width * shown);
	for (let i = 0; i < height * width; i++) {
		for (let c = 0; c < shown; c++) {
			const raw = values[i * channels + c] * scale * 255;
			data[i * shown + c] = Math.min(Math.max(Math.round(raw), 0), 255);
		}
	}
	return { height, width, channels: shown, data };
}
