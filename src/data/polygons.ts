// Node only: the npm package d3-contour.
import { contours } from "d3-contour";
import type { Size } from "./resize.ts";

/** A connected region of one class. */
export interface Region {
	/** Corners x, y in pixels from the image's top left, not closed; holes are joined to it by a cut of no width. */
	readonly polygon: readonly (readonly [number, number])[];
	/** Pixels in it. */
	readonly area: number;
	/** Left, top, width, height. */
	readonly box: readonly [number, number, number, number];
}

type Ring = [number, number][];

/**
 * The regions of a class in a mask, H,W, as polygons that hold the centres of
 * exactly its pixels (marching squares, not smoothed: corners are cut halfway
 * between centres).
 */
export function regionsOf(
	ids: Uint8Array,
	{ height, width }: Size,
	id: number,
): Region[] {
	const inside = ids.map((v) => (v === id ? 1 : 0));
	const trace = contours().size([width, height]).smooth(false);
	const { coordinates } = trace.contour(inside as unknown as number[], 0.5);
	return coordinates.map((rings) => {
		const [outer, ...holes] = rings.map((ring) => ring.slice(0, -1) as Ring);
		const area = holes.reduce((rest, h) => rest - pixels(h), pixels(outer));
		return { polygon: joined(outer, holes), area, box: boxOf(outer) };
	});
}

/** Pixels whose centres a ring holds: its four corners more that turn outwards than inwards are cut by an eighth each. */
function pixels(ring: Ring): number {
	let twice = 0;
	ring.forEach(([x, y], i) => {
		const [nextX, nextY] = ring[(i + 1) % ring.length];
		twice += x * nextY - nextX * y;
	});
	return Math.round(Math.abs(twice) / 2 + 0.5);
}

/** One ring out of several: formats for annotations know no holes. */
function joined(outer: Ring, holes: readonly Ring[]): Ring {
	let ring = outer;
	// The cut to a hole may not cross another: from left to right, each to what is joined already.
	const byLeft = [...holes].sort((a, b) => leftmost(a)[0] - leftmost(b)[0]);
	for (const hole of byLeft) {
		const start = hole.indexOf(leftmost(hole));
		const [x, y] = hole[start];
		const distance = ([a, b]: [number, number]) => (a - x) ** 2 + (b - y) ** 2;
		let at = 0;
		ring.forEach((p, i) => {
			if (distance(p) < distance(ring[at])) at = i;
		});
		const around = [...hole.slice(start), ...hole.slice(0, start), hole[start]];
		ring = [...ring.slice(0, at + 1), ...around, ...ring.slice(at)];
	}
	return ring;
}

function leftmost(ring: Ring): [number, number] {
	return ring.reduce((a, b) => (b[0] < a[0] ? b : a));
}

function boxOf(ring: Ring): Region["box"] {
	let [left, top, right, bottom] = [ring[0][0], ring[0][1], ...ring[0]];
	for (const [x, y] of ring) {
		left = Math.min(left, x);
		top = Math.min(top, y);
		right = Math.max(right, x);
		bottom = Math.max(bottom, y);
	}
	return [left, top, right - left, bottom - top];
}
