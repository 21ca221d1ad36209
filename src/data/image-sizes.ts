import { formatList } from "./errors.ts";
import type { Size } from "./resize.ts";

/** A size, and the number of images that have it. */
export interface CountedSize extends Size {
	readonly images: number;
}

/** The sizes among images, the commonest first. */
export function countSizes(images: Iterable<Size>): CountedSize[] {
	const found = new Map<string, CountedSize>();
	for (const { height, width } of images) {
		const key = `${height}x${width}`;
		const before = found.get(key)?.images ?? 0;
		found.set(key, { height, width, images: before + 1 });
	}
	return [...found.values()].sort((a, b) => b.images - a.images);
}

/** What is wrong with images of several sizes, and how to mend it. */
export function severalSizes(sizes: readonly CountedSize[]): string {
	const list = sizes.map(
		({ height, width, images }) => `${height}x${width} (${images} images)`,
	);
	return `the images have ${sizes.length} sizes: ${formatList(list)}; give one size for all with --size HxW, for example --size 128x128`;
}
