import { GifWriter } from "omggif";
import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import { decodeImage } from "../../src/data/image.ts";
import { readSize } from "../../src/data/image-header.ts";
import { decodeMask } from "../../src/data/mask.ts";

const noWarning = (message: string) => expect.fail(message);

/** Interlaced GIF, 20x20, written by Pillow: index (floor(x / 2) + y) % 7. */
const INTERLACED_GIF =
	"R0lGODdhFAAUAIIAAAD/AB7hCjzDFFqlHniHKJZpMrRLPAAAACwAAAAAFAAUAEAIfAABAAgQQICAAQMIEChQwIABgQQNRjyYcGHDhwMLUjSIUCFDhxA1dlRoEWRGjhU/GlAZEqXHiwJdlsQ4caTJmilhZhzJ8iTFly1/zgz68qbInA5xFqV5lKdOpRZ7Qu0Z1KlRgzKlHiU51KdVh0yzPiW4tSvOr1VzahVrMiAAOw==";

test("decodes interlaced GIF to indices and colours", () => {
	const bytes = Buffer.from(INTERLACED_GIF, "base64");
	const indices = Array.from(
		{ length: 400 },
		(_, i) => (Math.floor((i % 20) / 2) + Math.floor(i / 20)) % 7,
	);
	expect([...decodeMask(bytes, "a.gif", noWarning).values]).toEqual(indices);
	const image = decodeImage(bytes, "a.gif", noWarning);
	expect([...image.data]).toEqual(
		indices.flatMap((i) => [i * 30, 255 - i * 30, i * 10]),
	);
	expect(readSize(bytes)).toEqual({ height: 20, width: 20 });
});

test("decodes GIFs with full code tables, other widths of code and partial frames", () => {
	for (const colours of [2, 16, 256]) {
		const width = 120;
		const height = 100;
		// A poor random number generator, good enough to fill the code table.
		let seed = 1;
		const pixels = Array.from({ length: width * height }, () => {
			seed = (seed * 16_807) % 2_147_483_647;
			return seed % colours;
		});
		const palette = Array.from({ length: colours }, (_, i) => i * 0x010203);
		const buffer = new Uint8Array(100_000);
		const writer = new GifWriter(buffer, width + 3, height + 5, {
			palette,
			background: 1,
		});
		writer.addFrame(2, 4, width, height, pixels);
		const bytes = buffer.subarray(0, writer.end());
		const mask = decodeMask(bytes, "a.gif", noWarning);
		expect([mask.height, mask.width]).toEqual([105, 123]);
		const inside: number[] = [];
		for (let y = 0; y < height; y++) {
			const at = (y + 4) * 123 + 2;
			inside.push(...mask.values.subarray(at, at + width));
		}
		expect(inside).toEqual(pixels);
		expect(mask.values[0]).toBe(1);
	}
});

/** Packs 9-bit codes, low bits first, into one sub-block. */
function subBlock(codes: number[]): number[] {
	const bits = codes.map((c) =>
		[...c.toString(2).padStart(9, "0")].reverse().join(""),
	);
	const bytes = bits.join("").match(/.{1,8}/g) ?? [];
	const values = bytes.map((b) =>
		Number.parseInt([...b].reverse().join(""), 2),
	);
	return [values.length, ...values, 0];
}

test("a GIF whose codes are not defined yet is refused, not followed for ever", () => {
	const buffer = new Uint8Array(4000);
	const palette = Array.from({ length: 256 }, (_, i) => i);
	const writer = new GifWriter(buffer, 9, 9, { palette });
	writer.addFrame(0, 0, 9, 9, new Array<number>(81).fill(3));
	const good = buffer.slice(0, writer.end());
	// Header, screen, palette, image descriptor, code size; then pixels and the trailer.
	const start = good.subarray(0, 13 + 768 + 10 + 1);
	const gif = (codes: number[]) =>
		Uint8Array.of(...start, ...subBlock(codes), 0x3b);
	const literals = new Array<number>(81).fill(3);
	expect([
		...decodeMask(gif([256, ...literals, 257]), "a.gif", noWarning).values,
	]).toEqual(literals);
	// Read before it exists, 300 is entered under 259 and 259 under 300: omggif hangs.
	const some = new Array<number>(39).fill(3);
	const circle = [256, 3, 300, 4, ...some, 259, 3, 300];
	for (const codes of [circle, [256, 3, 300, ...literals, 257]]) {
		expect(() => decodeImage(gif(codes), "x.gif", noWarning)).toThrow(
			DataError,
		);
	}
	// One colour throughout: most codes are read the moment they are defined.
	expect([...decodeMask(good, "a.gif", noWarning).values]).toEqual(literals);
	for (let length = 6; length < good.length - 2; length++) {
		const cut = good.subarray(0, length);
		expect(() => decodeImage(cut, "x.gif", noWarning)).toThrow(/^x\.gif: /);
	}
});
