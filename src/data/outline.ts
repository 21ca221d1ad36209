// Node only: node:crypto.
import { createHash } from "node:crypto";
import { WgradError } from "./errors.ts";
import type { Fingerprint } from "./find-duplicates.ts";
import { histogram } from "./histogram.ts";
import { decodeImage, type Image, type Warn } from "./image.ts";
import { readSize } from "./image-header.ts";
import type { LabelledSource } from "./labelled-source.ts";
import type { Item } from "./layouts/layout.ts";
import type { ClassOptions } from "./mask.ts";
import { readLabels } from "./read-items.ts";
import type { Size } from "./resize.ts";

/** What stays of an image when the next one is read. */
export interface Outline extends Fingerprint {
	readonly name: string;
	readonly size?: Size;
	/** Pixels of each label, if the labels could be read. */
	readonly counts?: ReadonlyMap<number, number>;
}

/**
 * Reads an image and its labels as far as they can be read; `fault` is told of
 * each fault once, `warn` of what is odd.
 */
export async function outlineOf(
	item: Item,
	labels: ClassOptions,
	warn: Warn,
	fault: (message: string) => void,
): Promise<Outline> {
	const { name } = item;
	const faults = new Set<string>();
	async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof WgradError)) throw error;
			faults.add(error.message);
			return undefined;
		}
	}
	const bytes = await attempt(() => item.readImage());
	const image = await attempt(
		async () => bytes && decodeImage(bytes, item.image, warn),
	);
	// The labels of a damaged image are looked at as far as its header goes.
	const size = image ?? (bytes && readSize(bytes));
	const ids =
		size && (await attempt(() => readLabels(item, size, labels, warn)));
	for (const message of faults) fault(message);
	return {
		name,
		...(size && { size: { height: size.height, width: size.width } }),
		...(ids && { counts: histogram(ids) }),
		...(image &&
			bytes && { bytes: checksum(bytes), pixels: checksumOf(image) }),
	};
}

/** Of the images of a set that is read already. */
export async function outlinesOf(source: LabelledSource): Promise<Outline[]> {
	const { height, width } = source;
	const outlines: Outline[] = [];
	for (const [i, name] of source.names.entries()) {
		const { image } = await source.read(i);
		const counts = source.counts(i);
		const pixels = checksum(image);
		outlines.push({ name, size: { height, width }, counts, pixels });
	}
	return outlines;
}

function checksum(bytes: Uint8Array | Float32Array): string {
	const { buffer, byteOffset, byteLength } = bytes;
	const view = new Uint8Array(buffer, byteOffset, byteLength);
	return createHash("sha256").update(view).digest("base64");
}

function checksumOf({ height, width, channels, data }: Image): string {
	return `${height}x${width}x${channels} ${checksum(data)}`;
}
