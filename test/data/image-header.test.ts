import { encode as encodeJpeg } from "jpeg-js";
import { expect, test } from "vitest";
import { mayBeCut, readSize, saysGray } from "../../src/data/image-header.ts";
import { grayPng } from "./load-fixture.ts";
import { makePng } from "./png-fixture.ts";

const data = new Uint8Array(16 * 16 * 4).fill(90);
const jpeg = encodeJpeg({ width: 16, height: 16, data }, 80).data;
const gray = grayPng(2, [1, 2, 3, 4]);

/** A gray JPEG's header, behind tables and fill bytes. */
const grayJpeg = Uint8Array.of(
	...[0xff, 0xd8, 0xff, 0xdb, 0, 4, 0xff, 0xc0],
	...[0xff, 0xff, 0xc4, 0, 3, 9],
	...[0xff, 0xc2, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0],
	...[0xff, 0xd9],
);

test("gray is what says so of itself", () => {
	const png = (colourType: number, samples: number[]) =>
		makePng({ width: 1, height: 1, depth: 8, colourType, samples });
	expect(saysGray(gray)).toBe(true);
	expect(saysGray(png(4, [7, 255]))).toBe(true);
	expect(saysGray(png(2, [7, 7, 7]))).toBe(false);
	expect(saysGray(jpeg)).toBe(false);
	expect(saysGray(grayJpeg)).toBe(true);
	expect(saysGray(grayJpeg.subarray(0, 20))).toBe(false);
	expect(saysGray(Uint8Array.of())).toBe(false);
});

test("a file is whole if it ends as its format does", () => {
	for (const whole of [gray, jpeg, Uint8Array.of(0x47, 0x49, 0x46, 0x3b)]) {
		expect(mayBeCut(whole)).toBe(false);
		expect(mayBeCut(whole.subarray(0, -1))).toBe(true);
		expect(mayBeCut(Uint8Array.of(...whole, 0))).toBe(true);
	}
	expect(mayBeCut(Uint8Array.of())).toBe(true);
});

test("a size that no image has is none", () => {
	const header = (width: number, height: number) => {
		const bytes = Buffer.from(gray);
		bytes.writeUInt32BE(width, 16);
		bytes.writeUInt32BE(height, 20);
		return readSize(bytes);
	};
	expect(header(500, 375)).toEqual({ width: 500, height: 375 });
	expect(header(0, 375)).toBeUndefined();
	expect(header(1_000_000, 1_000_000)).toBeUndefined();
});
