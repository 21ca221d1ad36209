import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect } from "vitest";
import { histogram } from "../../src/data/histogram.ts";
import type { LabelledSource } from "../../src/data/labelled-source.ts";
import type { SegmentationSet } from "../../src/data/segmentation-set.ts";
import { makePng } from "./png-fixture.ts";

const made: string[] = [];
afterAll(() => {
	for (const folder of made) rmSync(folder, { recursive: true });
});

/** A new folder holding these files, removed when the tests of the file end. */
export function folderWith(files: Record<string, Uint8Array | string>): string {
	const folder = mkdtempSync(join(tmpdir(), "wgrad-data-"));
	made.push(folder);
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), content);
	}
	return folder;
}

/** Reads all images of a source. */
export async function gather(source: LabelledSource): Promise<SegmentationSet> {
	const { dtype, inMemory: _, counts, read, ...header } = source;
	const pixels = source.height * source.width;
	const size = pixels * source.channels;
	const Values = dtype === "u8" ? Uint8Array : Float32Array;
	const images = new Values(source.count * size);
	const labels = new Uint8Array(source.count * pixels);
	for (let i = 0; i < source.count; i++) {
		const sample = await read(i);
		images.set(sample.image, i * size);
		labels.set(sample.labels, i * pixels);
		expect(counts(i)).toEqual(histogram(sample.labels));
	}
	return { ...header, images, labels };
}

/** A gray PNG of `values`, `width` to a row. */
export function grayPng(width: number, values: number[]): Uint8Array {
	return makePng({
		width,
		height: values.length / width,
		depth: 8,
		colourType: 0,
		samples: values,
	});
}

/** An RGB PNG of one colour. */
export function colourPng(
	width: number,
	height: number,
	colour: number[],
): Uint8Array {
	const samples = Array.from({ length: width * height }, () => colour).flat();
	return makePng({ width, height, depth: 8, colourType: 2, samples });
}
