import { encode as encodeJpeg } from "jpeg-js";
import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import {
	decodeImage,
	type Image,
	looksLikeImage,
	withChannels,
} from "../../src/data/image.ts";
import { readSize } from "../../src/data/image-header.ts";
import { makePng } from "./png-fixture.ts";

const noWarning = (message: string) => expect.fail(message);

/** What both JPEGs below were made from, with Pillow: red 12x, green 20y, blue 6(x + y). */
function gradient(y: number, x: number): number[] {
	return [12 * x, 20 * y, 6 * (x + y)];
}

const PROGRESSIVE =
	"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wgARCAAMABQDAREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABgcI/8QAFwEBAQEBAAAAAAAAAAAAAAAABwUECf/aAAwDAQACEAMQAAABzpMj0SgsutqUpMectFoLDralf//EABoQAAMBAAMAAAAAAAAAAAAAAAAEBQYDEyP/2gAIAQEAAQUCmYcmYc4MP5zJKJMkpC8lLr//xAAcEQACAgMBAQAAAAAAAAAAAAAFIQAEAQYxEyP/2gAIAQMBAT8BDbRxwNtHHKu0fHDgYhaTgYhaTlUha8cOf//EABoRAQEAAgMAAAAAAAAAAAAAAAMAAgURIWH/2gAIAQIBAT8BPYR7D2x2PUbJGyWLJxf/xAAYEAADAQEAAAAAAAAAAAAAAAAAASOhM//aAAgBAQAGPwJRwUcOOCkKRzP/xAAXEAEAAwAAAAAAAAAAAAAAAAAQABEh/9oACAEBAAE/ITGM6Y5Tz//aAAwDAQACAAMAAAAQcWT/AP/EABgRAAIDAAAAAAAAAAAAAAAAAAABINHx/9oACAEDAQE/EBdUbZgEKP8A/8QAGBEBAQADAAAAAAAAAAAAAAAAAFEQQWH/2gAIAQIBAT8Q741C5c2j/8QAHBAAAgICAwAAAAAAAAAAAAAAAAFB0RChEWGB/9oACAEBAAE/ENINJhZyk6SqPWKVRb6o/9k=";
const BASELINE_420 =
	"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAMABQDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD86fhj+w5/q/8AiT+n/LOvon4Y/sOf6v8A4k/p/wAs6+xvhj8JPA+Yx/Zfp3H+FfRPwx+Engj93/xK+47j/CvzrLeNMXpufmvg14/Z5+70l06/8E+I9A/Yd/4lif8AEn/8h0V+qHh/4SeCP7MT/iWfqP8ACivrI8aYzlW5/euE8f8APPqsNJbLr/wT/9k=";

function meanError(image: Image): number {
	let sum = 0;
	for (let y = 0; y < image.height; y++) {
		for (let x = 0; x < image.width; x++) {
			const at = 3 * (y * image.width + x);
			for (const [c, wanted] of gradient(y, x).entries()) {
				sum += Math.abs(image.data[at + c] - wanted);
			}
		}
	}
	return sum / image.data.length;
}

test("decodes baseline and progressive JPEG", () => {
	for (const base64 of [PROGRESSIVE, BASELINE_420]) {
		const bytes = Buffer.from(base64, "base64");
		const image = decodeImage(bytes, "a.JPG", noWarning);
		expect(image).toMatchObject({ height: 12, width: 20, channels: 3 });
		expect(meanError(image)).toBeLessThan(base64 === PROGRESSIVE ? 1.5 : 5);
		expect(readSize(bytes)).toEqual({ height: 12, width: 20 });
	}
});

/** A JPEG of four gray quarters a b / c d, 16 rows by 32 columns, with an EXIF orientation. */
function quartersJpeg(orientation: number, bigEndian: boolean): Uint8Array {
	const levels = [20, 90, 160, 230];
	const data = new Uint8Array(16 * 32 * 4).fill(255);
	for (let y = 0; y < 16; y++) {
		for (let x = 0; x < 32; x++) {
			const level = levels[(y < 8 ? 0 : 2) + (x < 16 ? 0 : 1)];
			data.fill(level, 4 * (y * 32 + x), 4 * (y * 32 + x) + 3);
		}
	}
	const jpeg = encodeJpeg({ width: 32, height: 16, data }, 95).data;
	const exif = Buffer.alloc(36);
	exif.set([0xff, 0xe1, 0, 34]);
	exif.write("Exif\0\0", 4, "latin1");
	exif.write(bigEndian ? "MM" : "II", 10, "latin1");
	const put16 = (value: number, at: number) =>
		bigEndian ? exif.writeUInt16BE(value, at) : exif.writeUInt16LE(value, at);
	const put32 = (value: number, at: number) =>
		bigEndian ? exif.writeUInt32BE(value, at) : exif.writeUInt32LE(value, at);
	put16(42, 12);
	put32(8, 14);
	put16(1, 18);
	put16(0x0112, 20);
	put16(3, 22);
	put32(1, 24);
	put16(orientation, 28);
	return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

// Upright corners (top left, top right, bottom left, bottom right) by the EXIF standard.
const UPRIGHT = [
	"abcd",
	"badc",
	"dcba",
	"cdab",
	"acbd",
	"cadb",
	"dbca",
	"bdac",
];

test("turns JPEGs upright by EXIF orientation 1 to 8, ignores others", () => {
	for (const orientation of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
		for (const bigEndian of [true, false]) {
			const bytes = quartersJpeg(orientation, bigEndian);
			const { height, width, channels, data } = decodeImage(
				bytes,
				"a.jpg",
				noWarning,
			);
			const wanted = UPRIGHT[orientation - 1] ?? "abcd";
			const turned = orientation >= 5 && orientation <= 8;
			expect([height, width, channels]).toEqual(
				turned ? [32, 16, 1] : [16, 32, 1],
			);
			expect(readSize(bytes)).toEqual({ height, width });
			const corners = [
				data[width + 1],
				data[2 * width - 2],
				data[(height - 2) * width + 1],
				data[(height - 1) * width - 2],
			];
			const names = corners.map((v) => "abcd"[Math.round((v - 20) / 70)]);
			expect(names.join(""), `orientation ${orientation}`).toBe(wanted);
		}
	}
});

test("the bytes decide, and a name that says otherwise is warned about", () => {
	const png = makePng({
		width: 1,
		height: 1,
		depth: 8,
		colourType: 0,
		samples: [7],
	});
	const warnings: string[] = [];
	const image = decodeImage(png, "cat.jpg", (w) => warnings.push(w));
	expect([...image.data]).toEqual([7]);
	expect(warnings).toEqual([
		"cat.jpg: is a PNG despite its name and is read as one",
	]);
});

test("refuses empty, unknown, unread and truncated files, naming file and fix", () => {
	const jpeg = Buffer.from(BASELINE_420, "base64");
	const cases: [Uint8Array, RegExp][] = [
		[new Uint8Array(0), /^f\.jpg: is empty \(0 bytes\).*again/],
		[Buffer.from("hello"), /^f\.jpg: is no PNG, JPEG or GIF.*convert/],
		[Buffer.from("BM123456"), /^f\.jpg: is a BMP.*convert it to PNG/],
		[Buffer.from("II*\0abc", "latin1"), /^f\.jpg: is a TIFF/],
		[Buffer.from("RIFF1234WEBP"), /^f\.jpg: is a WebP/],
		[
			jpeg.subarray(0, 700),
			/^f\.jpg: is a JPEG that ends too early.*truncated/,
		],
		[jpeg.subarray(0, 100), /^f\.jpg: is a/],
		[jpeg.subarray(0, 2), /^f\.jpg: is a/],
	];
	for (const [bytes, message] of cases) {
		const read = () => decodeImage(bytes, "f.jpg", () => {});
		expect(read).toThrow(DataError);
		expect(read).toThrow(message);
	}
});

test("every truncation of a JPEG is an error", () => {
	for (const base64 of [PROGRESSIVE, BASELINE_420]) {
		const bytes = Buffer.from(base64, "base64");
		for (let length = 1; length < bytes.length; length++) {
			const cut = bytes.subarray(0, length);
			expect(() => decodeImage(cut, "f.jpg", () => {})).toThrow(DataError);
		}
	}
});

test("a JPEG that announces a huge size is refused without taking the memory", () => {
	const bytes = Uint8Array.from(Buffer.from(BASELINE_420, "base64"));
	const sof = bytes.findIndex((b, i) => b === 0xff && bytes[i + 1] === 0xc0);
	bytes.set([0xff, 0xff, 0xff, 0xff], sof + 5);
	expect(() => decodeImage(bytes, "big.jpg", noWarning)).toThrow(
		/^big\.jpg: .*764 bytes cannot hold 65535x65535 pixels/,
	);
});

test("a JPEG of more than 100 megapixels is refused", () => {
	const small = Buffer.from(BASELINE_420, "base64");
	const bytes = Buffer.concat([small, new Uint8Array(200_000)]);
	const sof = bytes.indexOf(Buffer.of(0xff, 0xc0));
	bytes.set([0x27, 0x11, 0x27, 0x11], sof + 5);
	expect(() => decodeImage(bytes, "big.jpg", noWarning)).toThrow(
		/^big\.jpg: is too large.*smaller/,
	);
});

test("gray becomes colour and colour becomes luma", () => {
	const gray: Image = {
		height: 1,
		width: 2,
		channels: 1,
		data: Uint8Array.of(3, 200),
	};
	expect([...withChannels(gray, 3).data]).toEqual([3, 3, 3, 200, 200, 200]);
	const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
	const colour: Image = { height: 1, width: 4, channels: 3, data };
	// ITU-R BT.601 luma of the primaries and white.
	expect([...withChannels(colour, 1).data]).toEqual([76, 150, 29, 255]);
});

test("tells image names from others", () => {
	for (const name of ["a.png", "b.JPEG", "c.tif"])
		expect(looksLikeImage(name)).toBe(true);
	for (const name of ["list.txt", "png", "a.json"])
		expect(looksLikeImage(name)).toBe(false);
});
