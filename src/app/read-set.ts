import { batch } from "../data/batches.ts";
import type { SegmentationSet } from "../data/segmentation-set.ts";
import type { LabelledBatch } from "../unet/index.ts";
import type { JobHost, SetHeader } from "./job.ts";

/** Fetches the values of a set; `part` is `train`, `valid` or `set`. Without labels (for prediction) all are 0. */
export async function readSet(
	host: JobHost,
	part: string,
	header: SetHeader,
	{ labelled = true }: { labelled?: boolean } = {},
): Promise<SegmentationSet> {
	const bytes = await host.read(`${part}.images`);
	const labels = labelled
		? await host.read(`${part}.labels`)
		: new Uint8Array(header.count * header.height * header.width);
	const images =
		header.dtype === "u8"
			? bytes
			: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
	const names = Array.from({ length: header.count }, (_, i) => String(i));
	return { ...header, images, labels, names };
}

/** Image numbers 0 to count - 1 in groups of at most `size`. */
export function* chunks(count: number, size: number): Generator<number[]> {
	for (let first = 0; first < count; first += size) {
		const length = Math.min(size, count - first);
		yield Array.from({ length }, (_, i) => first + i);
	}
}

/** The images at `indices` as the library takes them. */
export function labelledBatch(
	set: SegmentationSet,
	indices: ArrayLike<number>,
	options: Parameters<typeof batch>[2] = {},
): LabelledBatch {
	const { height, width, channels } = set;
	return {
		...batch(set, indices, options),
		shape: [indices.length, height, width, channels],
	};
}
