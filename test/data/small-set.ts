import type { SegmentationSet } from "../../src/data/segmentation-set.ts";

/** RGB images of 2x3 pixels whose values and labels all differ. */
export function smallSet(count = 3): SegmentationSet {
	return {
		images: Uint8Array.from({ length: count * 2 * 3 * 3 }, (_, i) => i),
		labels: Uint8Array.from({ length: count * 2 * 3 }, (_, i) => 100 + i),
		count,
		height: 2,
		width: 3,
		channels: 3,
		classes: 120,
		scale: 0.5,
		names: Array.from({ length: count }, (_, i) => `${i}.png`),
	};
}
