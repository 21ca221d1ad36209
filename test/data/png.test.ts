import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import { decodeImage } from "../../src/data/image.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { chunk, makePng, type PngParts } from "./png-fixture.ts";

const noWarning = (message: string) => expect.fail(message);
const image = (parts: PngParts) =>
	decodeImage(makePng(parts), "a.png", noWarning);
const mask = (parts: PngParts) =>
	decodeMask(makePng(parts), "a.png", noWarning);

/** Samples 0..largest in a pattern that no row repeats. */
function pattern(count: number, largest: number): number[] {
	return Array.from(
		{ length: count },
		(_, i) => (i * 7 + (i >> 2)) % (largest + 1),
	);
}

for (const depth of [1, 2, 4, 8]) {
	test(`gray with ${depth} bits: masks as stored, images stretched`, () => {
		// 13 columns: rows of 1, 2 and 4 bits end within a byte.
		const samples = pattern(13 * 5, 2 ** depth - 1);
		const parts = { width: 13, height: 5, depth, colourType: 0, samples };
		expect([...mask(parts).values]).toEqual(samples);
		const { data, channels } = image(parts);
		expect(channels).toBe(1);
		expect([...data]).toEqual(samples.map((v) => (v * 255) / (2 ** depth - 1)));
	});

	test(`palette with ${depth} bits: masks as indices, images as colours`, () => {
		const count = 2 ** depth;
		const palette = Array.from({ length: count }, (_, i) => [i, 255 - i, 7]);
		const samples = pattern(13 * 5, count - 1);
		const parts = {
			width: 13,
			height: 5,
			depth,
			colourType: 3,
			samples,
			palette,
		};
		expect([...mask(parts).values]).toEqual(samples);
		const { data, channels } = image(parts);
		expect(channels).toBe(3);
		expect([...data]).toEqual(samples.flatMap((i) => palette[i]));
	});
}

test("16 bits: masks keep their values, images are reduced", () => {
	const samples = [0, 1, 128, 255, 257, 65_535, 32_768, 300];
	const parts = { width: 4, height: 2, depth: 16, colourType: 0, samples };
	expect([...mask(parts).values]).toEqual(samples);
	expect([...image(parts).data]).toEqual([0, 0, 0, 1, 1, 255, 128, 1]);
});

test("alpha is dropped, whatever is transparent stays", () => {
	const rgba = [10, 20, 30, 0, 40, 50, 60, 128];
	const colour = image({
		width: 2,
		height: 1,
		depth: 8,
		colourType: 6,
		samples: rgba,
	});
	expect([...colour.data]).toEqual([10, 20, 30, 40, 50, 60]);
	const grayAlpha = {
		width: 2,
		height: 1,
		depth: 8,
		colourType: 4,
		samples: [3, 0, 4, 255],
	};
	expect([...image(grayAlpha).data]).toEqual([3, 4]);
	expect([...mask(grayAlpha).values]).toEqual([3, 4]);
});

test("interlaced pictures of 8 and 16 bits come out in order", () => {
	for (const depth of [8, 16]) {
		const samples = pattern(13 * 11 * 3, 255);
		const parts = { width: 13, height: 11, depth, colourType: 2, samples };
		expect(image({ ...parts, interlaced: true })).toEqual(image(parts));
	}
	const few = {
		width: 9,
		height: 9,
		depth: 1,
		colourType: 0,
		interlaced: true,
	};
	expect(() => image({ ...few, samples: pattern(81, 1) })).toThrow(
		/a\.png: .*interlaced.*1-bit.*without interlacing/,
	);
});

test("RGB masks count as gray when red, green and blue agree", () => {
	const parts = { width: 2, height: 1, depth: 8, colourType: 2 };
	expect([...mask({ ...parts, samples: [1, 1, 1, 2, 2, 2] }).values]).toEqual([
		1, 2,
	]);
	expect([...mask({ ...parts, samples: [1, 1, 1, 255, 0, 0] }).values]).toEqual(
		[0x1010101, 0x1ff0000],
	);
});

test("a colour suggestion (PLTE) in an RGB picture is no palette", () => {
	const parts = {
		width: 1,
		height: 1,
		depth: 8,
		colourType: 2,
		samples: [9, 8, 7],
	};
	const { data } = image({ ...parts, palette: [[1, 2, 3]] });
	expect([...data]).toEqual([9, 8, 7]);
});

test("an index past the palette keeps its number, as VOC masks need", () => {
	const parts = {
		width: 2,
		height: 1,
		depth: 8,
		colourType: 3,
		samples: [1, 255],
	};
	const palette = [
		[0, 0, 0],
		[128, 0, 0],
	];
	expect([...mask({ ...parts, palette }).values]).toEqual([1, 255]);
	expect([...image({ ...parts, palette }).data]).toEqual([128, 0, 0, 0, 0, 0]);
});

test("chunks that do not hold the picture are skipped, even absurd ones", () => {
	// A colour profile that would inflate to 100 MB.
	const bomb = deflateSync(new Uint8Array(100_000_000));
	const profile = Buffer.concat([Buffer.from("p\0\0", "latin1"), bomb]);
	const before = process.memoryUsage().arrayBuffers;
	const { data } = image({
		width: 1,
		height: 1,
		depth: 8,
		colourType: 0,
		samples: [5],
		extra: [chunk("iCCP", profile), chunk("tRNS", Uint8Array.of(0, 5))],
	});
	expect([...data]).toEqual([5]);
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
});

const GRAY = {
	width: 4,
	height: 4,
	depth: 8,
	colourType: 0,
	samples: pattern(16, 255),
};
const good = makePng(GRAY);

test("every truncation is an error that names the file and says so", () => {
	for (let length = 1; length < good.length; length++) {
		const cut = good.subarray(0, length);
		expect(() => decodeImage(cut, "cut.png", noWarning)).toThrow(DataError);
	}
	expect(() => decodeImage(good.subarray(0, 60), "cut.png", noWarning)).toThrow(
		/^cut\.png: is a PNG that ends too early.*truncated/,
	);
});

test("every flipped bit outside the chunk lengths is noticed", () => {
	for (let at = 8; at < good.length; at++) {
		const broken = Uint8Array.from(good);
		broken[at] ^= 4;
		expect(() => decodeImage(broken, "x.png", noWarning)).toThrow(DataError);
	}
});

test("faults are named: size, missing and surplus pixels, header, palette", () => {
	const cases: [Partial<PngParts>, RegExp][] = [
		[
			{ width: 10_001, height: 10_000, samples: [], data: new Uint8Array(9) },
			/10001x10000 pixels.*100 megapixels/,
		],
		[{ width: 0 }, /header makes no sense/],
		[{ depth: 3 }, /header makes no sense/],
		[{ colourType: 2, depth: 4 }, /header makes no sense/],
		[{ data: deflateSync(new Uint8Array(19)) }, /pixels are missing/],
		[{ data: deflateSync(new Uint8Array(1e8)) }, /too many pixels/],
		[{ data: deflateSync(new Uint8Array(20)).subarray(0, 6) }, /truncated/],
		[{ data: Uint8Array.of(1, 2, 3, 4) }, /damaged PNG/],
		[{ colourType: 3 }, /palette is missing/],
	];
	for (const [change, message] of cases) {
		const bytes = makePng({ ...GRAY, ...change });
		const read = () => decodeImage(bytes, "x.png", noWarning);
		expect(read).toThrow(DataError);
		expect(read).toThrow(message);
		expect(read).toThrow(/^x\.png: /);
	}
});
