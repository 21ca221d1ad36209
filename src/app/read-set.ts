import type { LabelledSource } from "../data/labelled-source.ts";
import type { SampleSource } from "../data/sample-source.ts";
import type { JobHost, SetHeader } from "./job.ts";

/** The images that the host gives; `part` is `train`, `valid` or `set`. Where it gives no labels (for prediction) all are 0. */
export function hostSource(
	host: JobHost,
	part: string,
	header: SetHeader,
): SampleSource {
	const pixels = header.height * header.width;
	const values = pixels * header.channels;
	return {
		...header,
		async read(index) {
			const { buffer, byteOffset, byteLength } = await host.read(
				`${part}/${index}`,
			);
			const image =
				header.dtype === "u8"
					? new Uint8Array(buffer, byteOffset, values)
					: new Float32Array(buffer, byteOffset, values);
			const labelled = byteLength > image.byteLength;
			const labels = labelled
				? new Uint8Array(buffer, byteOffset + image.byteLength, pixels)
				: new Uint8Array(pixels);
			return { image, labels };
		},
	};
}

/** Image numbers 0 to count - 1 in groups of at most `size`. */
export function* chunks(count: number, size: number): Generator<number[]> {
	for (let first = 0; first < count; first += size) {
		const length = Math.min(size, count - first);
		yield Array.from({ length }, (_, i) => first + i);
	}
}

/** What a job is told about a set. */
export function headerOf(set: LabelledSource): SetHeader {
	const { count, height, width, channels, classes, scale, dtype } = set;
	return { count, height, width, channels, classes, scale, dtype };
}

/** What a job reads as one image of a set: its values, then its labels. */
export async function sampleBytes(
	set: SampleSource,
	index: number,
): Promise<Uint8Array<ArrayBuffer>> {
	const { image, labels } = await set.read(index);
	const bytes = new Uint8Array(image.byteLength + labels.byteLength);
	bytes.set(new Uint8Array(image.buffer, image.byteOffset, image.byteLength));
	bytes.set(labels, image.byteLength);
	return bytes;
}
