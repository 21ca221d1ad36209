import { crc32, deflateSync } from "node:zlib";

/** A PNG written byte by byte, so that any depth, colour type or fault can be made. */
export interface PngParts {
	width: number;
	height: number;
	depth: number;
	/** 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA. */
	colourType: number;
	/** Samples in reading order, not packed. */
	samples: number[];
	palette?: number[][];
	interlaced?: boolean;
	/** Chunks to put before the pixels. */
	extra?: Uint8Array[];
	/** Replaces the compressed pixels. */
	data?: Uint8Array;
}

/** One PNG chunk with its length and checksum. */
export function chunk(type: string, content: Uint8Array): Uint8Array {
	const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(content.length);
	const checksum = Buffer.alloc(4);
	checksum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, checksum]);
}

/** Packs one row of samples, high bits first, behind its filter byte (0 = none). */
function packRow(samples: number[], depth: number): number[] {
	const bits = samples.map((v) => v.toString(2).padStart(depth, "0")).join("");
	const bytes = bits.match(/.{1,8}/g) ?? [];
	return [0, ...bytes.map((b) => Number.parseInt(b.padEnd(8, "0"), 2))];
}

/** Encodes `parts` as PNG. */
export function makePng(parts: PngParts): Uint8Array {
	const { width, height, depth, colourType, samples } = parts;
	const channels = [1, 0, 3, 1, 2, 0, 4][colourType];
	const passes = parts.interlaced
		? [
				[0, 0, 8, 8],
				[4, 0, 8, 8],
				[0, 4, 4, 8],
				[2, 0, 4, 4],
				[0, 2, 2, 4],
				[1, 0, 2, 2],
				[0, 1, 1, 2],
			]
		: [[0, 0, 1, 1]];
	const bytes: number[] = [];
	for (const [left, top, stepX, stepY] of passes) {
		for (let y = top; y < height; y += stepY) {
			const row: number[] = [];
			for (let x = left; x < width; x += stepX) {
				const at = (y * width + x) * channels;
				row.push(...samples.slice(at, at + channels));
			}
			if (row.length > 0) bytes.push(...packRow(row, depth));
		}
	}
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([depth, colourType, 0, 0, parts.interlaced ? 1 : 0], 8);
	return Buffer.concat([
		Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
		chunk("IHDR", header),
		...(parts.palette
			? [chunk("PLTE", Uint8Array.from(parts.palette.flat()))]
			: []),
		...(parts.extra ?? []),
		chunk("IDAT", parts.data ?? deflateSync(Uint8Array.from(bytes))),
		chunk("IEND", new Uint8Array(0)),
	]);
}
