// Node only: reads files.

import type { Canvas } from "../canvas.ts";
import type { DataError } from "../errors.ts";
import { UsageError } from "../errors.ts";
import type { Size } from "../resize.ts";
import { nameOf, type Tree } from "../tree.ts";
import type { Item } from "./layout.ts";

/**
 * An item whose labels are drawn, at the size that the annotations say;
 * reading it compares that with the image's own.
 */
export function drawnItem(
	tree: Tree,
	image: string,
	truth: string,
	{ height, width }: Size,
	draw: (canvas: Canvas) => void,
): Item {
	return {
		name: nameOf(image),
		image,
		truth,
		readImage: () => tree.read(image),
		async readMask(size) {
			// What does not fit is never drawn: its size may be anything.
			const fits = size.height === height && size.width === width;
			const values = new Uint8Array(fits ? height * width : 0);
			if (fits) draw({ height, width, values });
			return { height, width, values };
		},
	};
}

/** An item whose annotations are damaged: reading it says how. */
export function brokenItem(path: string, error: DataError): Item {
	const fail = () => Promise.reject(error);
	const name = nameOf(path);
	return { name, image: path, truth: path, readImage: fail, readMask: fail };
}

/** Throws UsageError unless the first class is the background, the rest of every image. */
export function checkBackground(names: readonly string[]): void {
	if (/^_?background_?$/.test(names[0])) return;
	throw new UsageError(
		`--classes begins with ${names[0]}; put background first, the class of all that no annotation covers`,
	);
}
