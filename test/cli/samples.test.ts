import { expect, test } from "vitest";
import { headerOf, hostSource, sampleBytes } from "../../src/app/read-set.ts";
import { readBatch } from "../../src/data/batches.ts";
import {
	type LabelledSource,
	sourceOf,
} from "../../src/data/labelled-source.ts";
import type { SegmentationSet } from "../../src/data/segmentation-set.ts";

const bytes: SegmentationSet = {
	images: Uint8Array.from({ length: 4 * 15 }, (_, i) => 3 * i),
	labels: Uint8Array.from({ length: 4 * 5 }, (_, i) => i),
	...{ count: 4, height: 1, width: 5, channels: 3, classes: 20 },
	...{ scale: 1 / 255, names: ["a", "b", "c", "d"] },
};
const floats = {
	...bytes,
	images: Float32Array.from(bytes.images, (v) => v / 7),
	scale: 1,
};

/** What a job reads of a set, through its host. */
const through = (set: LabelledSource, read = sampleBytes) =>
	hostSource(
		{
			read: async (name) => {
				expect(name).toMatch(/^valid\/\d$/);
				return read(set, Number(name.split("/")[1]));
			},
			event: async () => ({ stop: false }),
			write: async () => {},
		},
		"valid",
		headerOf(set),
	);

test.each([
	["bytes", bytes],
	["floats", floats],
])("a job reads of a set of %s what is in it", async (_, arrays) => {
	const set = sourceOf(arrays);
	const indices = [3, 0, 2];
	const read = await readBatch(through(set), indices);
	expect(read).toEqual(await readBatch(set, indices));
	expect([...read.labels.subarray(0, 5)]).toEqual([15, 16, 17, 18, 19]);
});

test("images without labels, wherever they lie in memory, have all labels 0", async () => {
	const images = bytes.images as Uint8Array<ArrayBuffer>;
	const source = through(sourceOf(bytes), async (_, i) =>
		images.subarray(15 * i, 15 * i + 15),
	);
	const { image, labels } = await source.read(2);
	expect([...image]).toEqual([...images.subarray(30, 45)]);
	expect([...labels]).toEqual([0, 0, 0, 0, 0]);
});
