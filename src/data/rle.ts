// Masks of COCO: polygons by the rule of its API (pycocotools' `frPyObjects`),
// and runs in column order that begin with background.

import type { Canvas } from "./canvas.ts";
import { DataError } from "./errors.ts";

/** Polygons are traced on a grid this many times as fine as the pixels. */
const SCALE = 5;

/**
 * Fills a polygon, even-odd: its outline is traced on the fine grid; in each
 * pixel column's centre the rows at which it crosses begin and end runs.
 * `xy` is x, y, x, y, ..., in pixels from the top left corner of the image.
 */
export function fillCocoPolygon(
	canvas: Canvas,
	xy: readonly number[],
	ink: number,
): void {
	const { height, width } = canvas;
	const fine = xy.map((value) => Math.trunc(SCALE * value + 0.5));
	const count = fine.length / 2;
	const changes: number[] = [];
	let last: readonly [u: number, v: number] | undefined;
	for (let j = 0; j < count; j++) {
		const next = (j + 1) % count;
		const ends = [
			fine[2 * j],
			fine[2 * j + 1],
			fine[2 * next],
			fine[2 * next + 1],
		];
		trace(ends, (u, v) => {
			if (last && u !== last[0]) {
				const x = (Math.min(u, last[0]) + 0.5) / SCALE - 0.5;
				if (Number.isInteger(x) && x >= 0 && x < width) {
					const y = (Math.min(v, last[1]) + 0.5) / SCALE - 0.5;
					changes.push(
						x * height + Math.ceil(Math.min(Math.max(y, 0), height)),
					);
				}
			}
			last = [u, v];
		});
	}
	changes.sort((a, b) => a - b);
	changes.push(height * width);
	for (let i = 1; i < changes.length; i += 2) {
		fillColumns(canvas, changes[i - 1], changes[i], ink);
	}
}

/** All grid points of a straight edge, both ends included, from first to second. */
function trace(
	[x0, y0, x1, y1]: readonly number[],
	visit: (u: number, v: number) => void,
): void {
	const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
	const flat = dx >= dy;
	// Points are reckoned from the end with the smaller coordinate.
	const flipped = flat ? x0 > x1 : y0 > y1;
	const [xs, ys, xe, ye] = flipped ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
	const steps = Math.max(dx, dy);
	const slope = steps === 0 ? 0 : flat ? (ye - ys) / dx : (xe - xs) / dy;
	for (let d = 0; d <= steps; d++) {
		const t = flipped ? steps - d : d;
		if (flat) visit(t + xs, Math.trunc(ys + slope * t + 0.5));
		else visit(Math.trunc(xs + slope * t + 0.5), t + ys);
	}
}

/** Fills places `from` to before `to` of a canvas read column by column. */
function fillColumns(
	{ height, width, values }: Canvas,
	from: number,
	to: number,
	ink: number,
): void {
	for (let at = from; at < to; at++) {
		values[(at % height) * width + Math.floor(at / height)] = ink;
	}
}

/**
 * Fills every second run, the first being background. Throws DataError, which
 * begins with `file`, when the runs do not make up the canvas.
 */
export function fillRuns(
	canvas: Canvas,
	counts: readonly number[],
	ink: number,
	file: string,
): void {
	const wanted = canvas.height * canvas.width;
	const total = counts.reduce((sum, n) => sum + n, 0);
	if (total !== wanted || !counts.every((n) => Number.isInteger(n) && n >= 0)) {
		throw new DataError(
			`has runs of ${total} pixels in all for a mask of ${canvas.height}x${canvas.width} = ${wanted}; export the annotations again`,
			file,
		);
	}
	let at = 0;
	for (const [i, n] of counts.entries()) {
		if (i % 2 === 1) fillColumns(canvas, at, at + n, ink);
		at += n;
	}
}

/**
 * The runs in COCO's compressed form: each is a number in groups of five bits,
 * lowest first, in characters from "0" on; from the fourth on it is the
 * difference to the run two before. Throws DataError for other characters.
 */
export function decodeRuns(text: string, file: string): number[] {
	const counts: number[] = [];
	let at = 0;
	while (at < text.length) {
		let value = 0;
		for (let shift = 0, more = true; more; shift += 5) {
			const group = at < text.length ? text.charCodeAt(at++) - 48 : -1;
			if (group < 0 || group > 63 || shift > 30) {
				throw new DataError(
					"has a compressed mask that is damaged; export the annotations again",
					file,
				);
			}
			value += (group & 31) * 2 ** shift;
			more = (group & 32) !== 0;
			if (!more && group & 16) value -= 2 ** (shift + 5);
		}
		if (counts.length > 2) value += counts[counts.length - 2];
		counts.push(value);
	}
	return counts;
}
