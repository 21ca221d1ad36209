/** For each output place: the first input place and the weights from there on. */
interface Taps {
	readonly first: Int32Array;
	readonly weights: Float32Array[];
}

/**
 * Weights of a triangle filter with half-pixel centres, widened when
 * shrinking so that no pixel is skipped (Pillow's BILINEAR, TensorFlow's
 * `antialias=True`).
 */
function triangleTaps(from: number, to: number): Taps {
	const scale = from / to;
	const reach = Math.max(scale, 1);
	const first = new Int32Array(to);
	const weights: Float32Array[] = [];
	for (let i = 0; i < to; i++) {
		const centre = (i + 0.5) * scale;
		const begin = Math.max(Math.floor(centre - reach + 0.5), 0);
		const end = Math.min(Math.floor(centre + reach + 0.5), from);
		const taps = new Float32Array(end - begin);
		let sum = 0;
		for (let k = 0; k < taps.length; k++) {
			const distance = Math.abs(begin + k + 0.5 - centre) / reach;
			taps[k] = Math.max(1 - distance, 0);
			sum += taps[k];
		}
		for (let k = 0; k < taps.length; k++) taps[k] /= sum;
		first[i] = begin;
		weights.push(taps);
	}
	return { first, weights };
}

/** A size in pixels. */
export interface Size {
	readonly height: number;
	readonly width: number;
}

/**
 * Resizes class scores (or any other float values), H,W,C, bilinearly,
 * antialiased when shrinking.
 */
export function resizeScores(
	data: ArrayLike<number>,
	from: Size,
	channels: number,
	to: Size,
): Float32Array {
	const across = triangleTaps(from.width, to.width);
	const rows = new Float32Array(from.height * to.width * channels);
	for (let y = 0; y < from.height; y++) {
		for (let x = 0; x < to.width; x++) {
			const taps = across.weights[x];
			const source = (y * from.width + across.first[x]) * channels;
			const target = (y * to.width + x) * channels;
			for (let c = 0; c < channels; c++) {
				let sum = 0;
				for (let k = 0; k < taps.length; k++) {
					sum += taps[k] * data[source + k * channels + c];
				}
				rows[target + c] = sum;
			}
		}
	}
	const down = triangleTaps(from.height, to.height);
	const rowLength = to.width * channels;
	const result = new Float32Array(to.height * rowLength);
	for (let y = 0; y < to.height; y++) {
		const taps = down.weights[y];
		for (let k = 0; k < taps.length; k++) {
			const source = (down.first[y] + k) * rowLength;
			for (let i = 0; i < rowLength; i++) {
				result[y * rowLength + i] += taps[k] * rows[source + i];
			}
		}
	}
	return result;
}

/** Resizes an 8-bit image, H,W,C, as `resizeScores` does, rounding at the end. */
export function resizeImage<Channels extends number>(
	image: Size & { channels: Channels; data: Uint8Array },
	to: Size,
): Size & { channels: Channels; data: Uint8Array } {
	const { channels, height, width } = image;
	if (height === to.height && width === to.width) return image;
	const values = resizeScores(image.data, image, channels, to);
	// Weights sum to 1, so that rounding cannot leave 0..255.
	const data = Uint8Array.from(values, Math.round);
	return { height: to.height, width: to.width, channels, data };
}

/**
 * Resizes class numbers, H,W, by the nearest pixel with half-pixel centres:
 * any blending would invent classes along edges.
 */
export function resizeNearest(
	ids: Uint8Array,
	from: Size,
	to: Size,
): Uint8Array {
	if (from.height === to.height && from.width === to.width) return ids;
	const result = new Uint8Array(to.height * to.width);
	for (let y = 0; y < to.height; y++) {
		const sourceY = Math.floor(((y + 0.5) * from.height) / to.height);
		for (let x = 0; x < to.width; x++) {
			const sourceX = Math.floor(((x + 0.5) * from.width) / to.width);
			result[y * to.width + x] = ids[sourceY * from.width + sourceX];
		}
	}
	return result;
}

/** How many times a picture is enlarged so that a person can see it; `longest` is its longer side (64x84: 3). */
export function zoomFor(longest: number): number {
	return Math.min(Math.max(Math.floor(256 / longest), 1), 3);
}
