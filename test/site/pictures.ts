import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { indexPng, picturePng } from "../../src/data/picture.ts";

export const HEIGHT = 48;
export const WIDTH = 64;

/** Where the bright square of a picture begins. */
export const cornerOf = (n: number) => ({
	x: 8 + 7 * (n % 5),
	y: 6 + 5 * (n % 4),
});
/** Its side. */
export const SIDE = 18;

/** A folder that is gone with the machine's temporary files. */
export const newFolder = () => mkdtempSync(join(tmpdir(), "wgrad-site-test-"));

/** Writes a file, making its folders. Returns its path. */
export function put(path: string, data: string | Uint8Array): string {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, data);
	return path;
}

/** A colour picture with a bright square, as a PNG. */
export function squarePng(n: number): Uint8Array {
	const data = new Uint8Array(HEIGHT * WIDTH * 3).fill(40);
	inSquare(n, (i) => data.set([230, 120, 60], 3 * i));
	return picturePng({ height: HEIGHT, width: WIDTH, channels: 3, data });
}

/** Its mask: 0, and `value` in the square. */
export function squareMaskPng(n: number, value = 1): Uint8Array {
	const ids = new Uint8Array(HEIGHT * WIDTH);
	inSquare(n, (i) => {
		ids[i] = value;
	});
	return indexPng(ids, HEIGHT, WIDTH);
}

function inSquare(n: number, visit: (pixel: number) => void): void {
	const { x, y } = cornerOf(n);
	for (let j = y; j < y + SIDE; j++) {
		for (let i = x; i < x + SIDE; i++) visit(j * WIDTH + i);
	}
}
