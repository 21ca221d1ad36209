import type { Shape } from "../engine/index.ts";

/** A source pixel of an output pixel along one dimension, and its weight. */
type Tap = readonly [index: number, weight: number];

/**
 * Visits every (pixel of `from`, pixel of `to`) pair that upsampling connects,
 * per channel: offsets into both, and the weight.
 */
export function eachShare(
	from: Shape,
	to: Shape,
	linear: boolean,
	visit: (from: number, to: number, weight: number) => void,
): void {
	const [images, height, width, channels] = to;
	for (let n = 0; n < images; n++)
		for (let h = 0; h < height; h++)
			for (const [fromH, a] of taps(h, from[1], height, linear))
				for (let w = 0; w < width; w++)
					for (const [fromW, b] of taps(w, from[2], width, linear)) {
						const source = (n * from[1] + fromH) * from[2] + fromW;
						const target = (n * height + h) * width + w;
						for (let c = 0; c < channels; c++)
							visit(source * channels + c, target * channels + c, a * b);
					}
}

/** What output `o` of `outputs` is made of: half-pixel centres, the border repeated. */
function taps(
	o: number,
	inputs: number,
	outputs: number,
	linear: boolean,
): Tap[] {
	const centre = ((o + 0.5) * inputs) / outputs;
	if (!linear) return [[Math.floor(centre), 1]];
	const position = Math.max(centre - 0.5, 0);
	const low = Math.floor(position);
	const t = position - low;
	return [
		[low, 1 - t],
		[Math.min(low + 1, inputs - 1), t],
	];
}
