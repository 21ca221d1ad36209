import fc from "fast-check";
import { encode as encodeJpeg } from "jpeg-js";
import { GifWriter } from "omggif";
import { test } from "vitest";
import { decodeImage } from "../../src/data/image.ts";
import { readSize } from "../../src/data/image-header.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { encodeNpy, parseNpy } from "../../src/data/npy.ts";
import { damaged, holds } from "./damaged.ts";
import { makePng } from "./png-fixture.ts";

const noise = Array.from(
	{ length: 40 * 30 * 3 },
	(_, i) => (i * i * 7 + (i >> 3)) % 256,
);

function readAll(bytes: Uint8Array): void {
	readSize(bytes);
	decodeImage(bytes, "a.png", () => {});
	decodeMask(bytes, "a.png", () => {});
}

test("parseNpy: damaged files give DataError only", async () => {
	for (const file of [
		encodeNpy([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)),
		encodeNpy([6], Uint8Array.of(1, 2, 3, 4, 5, 6)),
	]) {
		await holds(damaged(file), (bytes) => void parseNpy(bytes, "a.npy"), 3000);
	}
});

test("PNG: damaged files give DataError only", async () => {
	const palette = Array.from({ length: 16 }, (_, i) => [i, i, 255]);
	const base = { width: 40, height: 30, samples: noise };
	for (const file of [
		makePng({ ...base, depth: 8, colourType: 2 }),
		makePng({ ...base, depth: 8, colourType: 2, interlaced: true }),
		makePng({
			...base,
			depth: 4,
			colourType: 3,
			samples: noise.slice(0, 1200).map((v) => v % 16),
			palette,
		}),
	]) {
		await holds(damaged(file), readAll, 700);
	}
});

test("JPEG: damaged files give DataError only", async () => {
	const data = Uint8Array.from(
		{ length: 40 * 30 * 4 },
		(_, i) => noise[i % 3600],
	);
	const jpeg = encodeJpeg({ width: 40, height: 30, data }, 60).data;
	await holds(damaged(jpeg), readAll, 1000);
});

test("GIF: damaged files give DataError only", async () => {
	const buffer = new Uint8Array(20_000);
	const palette = Array.from({ length: 256 }, (_, i) => i * 0x10101);
	const writer = new GifWriter(buffer, 40, 30, { palette });
	writer.addFrame(0, 0, 40, 30, noise.slice(0, 1200));
	await holds(damaged(buffer.slice(0, writer.end())), readAll, 3000);
});

test("no bytes at all make a reader fail otherwise", async () => {
	const starts = [
		[0x89, 0x50, 0x4e, 0x47],
		[0xff, 0xd8],
		[...Buffer.from("GIF89a")],
		[],
	];
	const file = fc
		.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }))
		.map(([start, rest]) => Uint8Array.of(...start, ...rest));
	await holds(file, readAll, 3000);
});
