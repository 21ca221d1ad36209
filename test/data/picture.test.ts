import { decode } from "fast-png";
import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import { palette, vocColour } from "../../src/data/palette.ts";
import {
	errorPicture,
	indexPng,
	overlayPng,
	palettePng,
	panelsPng,
} from "../../src/data/picture.ts";

test("the colours are those of PASCAL VOC", () => {
	// VOC 2012 development kit, classes 0 (background), 1 (aeroplane), 15 (person), 20, void.
	expect(vocColour(0)).toEqual([0, 0, 0]);
	expect(vocColour(1)).toEqual([128, 0, 0]);
	expect(vocColour(15)).toEqual([192, 128, 128]);
	expect(vocColour(20)).toEqual([0, 64, 128]);
	expect(vocColour(255)).toEqual([224, 224, 192]);
	expect(new Set(palette().map(String)).size).toBe(256);
	expect(palette(10)[10]).toEqual([0, 0, 0]);
	expect(palette(10)[0]).toEqual(vocColour(10));
});

test("every class number survives the index PNG and the palette PNG", () => {
	const ids = Uint8Array.from({ length: 16 * 17 }, (_, i) => i % 256);
	const gray = decode(indexPng(ids, 16, 17), { checkCrc: true });
	expect(gray).toMatchObject({ width: 17, height: 16, channels: 1, depth: 8 });
	expect(gray.palette).toBeUndefined();
	expect(gray.data).toEqual(ids);
	const coloured = decode(palettePng(ids, 16, 17), { checkCrc: true });
	expect(coloured.data).toEqual(ids);
	expect(coloured.palette?.[15]).toEqual([192, 128, 128]);
});

test("an overlay mixes paint and picture and leaves the background alone", () => {
	const image = {
		height: 1,
		width: 3,
		channels: 1,
		data: Uint8Array.of(10, 20, 30),
	};
	const png = overlayPng(image, Uint8Array.of(0, 1, 255), 0.5);
	const { data, channels } = decode(png);
	expect(channels).toBe(3);
	expect([...data]).toEqual([10, 10, 10, 74, 10, 10, 127, 127, 111]);
});

test("panels stand side by side, enlarged, with a gap", () => {
	const image = {
		height: 64,
		width: 84,
		channels: 1,
		data: new Uint8Array(64 * 84).fill(50),
	};
	const truth = new Uint8Array(64 * 84).fill(1);
	const prediction = new Uint8Array(64 * 84).fill(2);
	const row = { image, truth, prediction };
	const { width, height, data } = decode(panelsPng([row, row]));
	expect([width, height]).toEqual([4 * 84 * 3 + 5 * 4, 2 * 64 * 3 + 3 * 4]);
	const at = (y: number, x: number) => [
		...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
	];
	expect(at(0, 0)).toEqual([255, 255, 255]);
	expect(at(4, 4)).toEqual([50, 50, 50]);
	expect(at(4 + 191, 4 + 251)).toEqual([50, 50, 50]);
	expect(at(4, 4 + 252)).toEqual([255, 255, 255]);
	expect(at(4, 8 + 252)).toEqual([128, 0, 0]);
	expect(at(8 + 192, 12 + 504)).toEqual([0, 128, 0]);
	expect(at(8 + 192, 16 + 756)).toEqual([235, 40, 40]);
});

test("errors are red, unlabelled pixels light, the rest darkened gray", () => {
	const image = {
		height: 1,
		width: 3,
		channels: 3,
		data: Uint8Array.of(100, 100, 100, 9, 9, 9, 200, 0, 0),
	};
	const truth = Uint8Array.of(1, 255, 2);
	const { data } = errorPicture(image, truth, Uint8Array.of(0, 3, 2));
	expect([...data]).toEqual([235, 40, 40, 190, 190, 190, 30, 30, 30]);
});

test("refuses pictures whose data does not fit their size", () => {
	expect(() => indexPng(new Uint8Array(5), 2, 3)).toThrow(DataError);
	const image = { height: 1, width: 1, channels: 2, data: new Uint8Array(2) };
	expect(() => overlayPng(image, new Uint8Array(1))).toThrow(/2 channels/);
	expect(() => panelsPng([])).toThrow(/no row/);
});
