// The geometric changes that move whole pixels, and the central crop: image
// and labels alike, in place.
import type { Pixels } from "./augment.ts";
import { resizeNearest, resizeScores } from "./resize.ts";

/** Mirrors left to right (`tf.image.flip_left_right`). */
export function flipLeftRight(pixels: Pixels): void {
	const { width } = pixels;
	permute(pixels, (row, column) => row * width + (width - 1 - column));
}

/** Mirrors top to bottom (`tf.image.flip_up_down`). */
export function flipUpDown(pixels: Pixels): void {
	const { height, width } = pixels;
	permute(pixels, (row, column) => (height - 1 - row) * width + column);
}

/** Turns counter-clockwise by quarters (`tf.image.rot90`); one or three need a square image. */
export function rot90(pixels: Pixels, turns: number): void {
	const { height, width } = pixels;
	const last = width - 1;
	for (let turn = 0; turn < turns % 2; turn++) {
		permute(pixels, (row, column) => column * width + (last - row));
	}
	if (turns % 4 >= 2) {
		permute(
			pixels,
			(row, column) => (height - 1 - row) * width + (last - column),
		);
	}
}

/** Each pixel becomes that at the place that `from` gives. */
function permute(
	{ x, labels, height, width, channels }: Pixels,
	from: (row: number, column: number) => number,
): void {
	const image = x.slice();
	const ids = labels.slice();
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const to = row * width + column;
			const source = from(row, column);
			labels[to] = ids[source];
			for (let c = 0; c < channels; c++) {
				x[to * channels + c] = image[source * channels + c];
			}
		}
	}
}

/**
 * Cuts out the middle, `fraction` of height and width
 * (`tf.image.central_crop`), and enlarges it to the old size: the image
 * bilinearly (`tf.image.resize`), labels by the nearest pixel.
 */
export function centralCrop(pixels: Pixels, fraction: number): void {
	const { x, labels, height, width, channels } = pixels;
	const top = Math.trunc((height - height * fraction) / 2);
	const left = Math.trunc((width - width * fraction) / 2);
	const size = { height: height - 2 * top, width: width - 2 * left };
	const image = new Float32Array(size.height * size.width * channels);
	const ids = new Uint8Array(size.height * size.width);
	for (let row = 0; row < size.height; row++) {
		const from = (top + row) * width + left;
		const to = row * size.width;
		image.set(
			x.subarray(from * channels, (from + size.width) * channels),
			to * channels,
		);
		ids.set(labels.subarray(from, from + size.width), to);
	}
	x.set(resizeScores(image, size, channels, pixels));
	labels.set(resizeNearest(ids, size, pixels));
}
