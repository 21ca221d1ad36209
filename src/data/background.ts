import { type Picture, toRgb } from "./picture.ts";

/**
 * The background of a picture replaced by another of its size; `foreground` is H,W,
 * 0 (background) to 255, blended in between.
 */
export function replaceBackground(
	picture: Picture,
	foreground: Uint8Array,
	behind: Picture,
): Picture {
	const { height, width } = picture;
	const front = toRgb(picture);
	const back = toRgb(behind);
	const data = new Uint8Array(height * width * 3);
	for (let i = 0; i < data.length; i++) {
		const share = foreground[Math.floor(i / 3)] / 255;
		data[i] = Math.round(share * front[i] + (1 - share) * back[i]);
	}
	return { height, width, channels: 3, data };
}

/** The picture with `foreground` as its opacity, red, green, blue, alpha. */
export function withAlpha(picture: Picture, foreground: Uint8Array): Picture {
	const { height, width } = picture;
	const rgb = toRgb(picture);
	const data = new Uint8Array(height * width * 4);
	for (let p = 0; p < height * width; p++) {
		data.set(rgb.subarray(3 * p, 3 * p + 3), 4 * p);
		data[4 * p + 3] = foreground[p];
	}
	return { height, width, channels: 4, data };
}

/** The picture with its background out of focus; `radius` in pixels. */
export function blurBackground(
	picture: Picture,
	foreground: Uint8Array,
	radius: number,
): Picture {
	const blurred = blurWithout(picture, foreground, radius);
	return replaceBackground(picture, foreground, blurred);
}

/**
 * The blurred background alone: pixels count by their share of background,
 * or the foreground's colours would shine around it.
 */
function blurWithout(
	picture: Picture,
	foreground: Uint8Array,
	radius: number,
): Picture {
	const { height, width } = picture;
	const rgb = toRgb(picture);
	const share = new Float32Array(height * width);
	for (let p = 0; p < share.length; p++) share[p] = 1 - foreground[p] / 255;
	const total = blur(share, picture, radius);
	const data = rgb.slice();
	// One colour at a time, for a large picture's sake.
	const colour = new Float32Array(height * width);
	for (let c = 0; c < 3; c++) {
		for (let p = 0; p < colour.length; p++) {
			colour[p] = share[p] * rgb[3 * p + c];
		}
		const sums = blur(colour, picture, radius);
		for (let p = 0; p < colour.length; p++) {
			if (total[p] > 1e-3) data[3 * p + c] = Math.round(sums[p] / total[p]);
		}
	}
	return { height, width, channels: 3, data };
}

/** Three box filters, which come close to a Gaussian, at a cost that does not grow with the radius. */
function blur(
	values: Float32Array,
	{ height, width }: { height: number; width: number },
	radius: number,
): Float32Array {
	let result = values;
	for (let pass = 0; pass < 3; pass++) {
		result = boxes(result, height, width, 1, width, radius);
		result = boxes(result, width, height, width, 1, radius);
	}
	return result;
}

/** Means over 2 * radius + 1 neighbours along each of `lines` lines; outside of a line there is nothing. */
function boxes(
	values: Float32Array,
	lines: number,
	length: number,
	step: number,
	lineStep: number,
	radius: number,
): Float32Array {
	const result = new Float32Array(values.length);
	for (let line = 0; line < lines; line++) {
		const first = line * lineStep;
		const at = (i: number) =>
			i < 0 || i >= length ? 0 : values[first + i * step];
		let sum = 0;
		for (let i = 0; i < radius; i++) sum += at(i);
		for (let i = 0; i < length; i++) {
			sum += at(i + radius) - at(i - radius - 1);
			result[first + i * step] = sum / (2 * radius + 1);
		}
	}
	return result;
}
