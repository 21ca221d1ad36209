// Filled shapes exactly as Pillow's ImageDraw draws them in versions 9.2 to 11.0,
// with which labelme's example masks were made: coordinates are cut to whole
// numbers, the outline belongs to the shape, slopes and crossings are 32-bit floats.
import { type Canvas, fillRow, type Point } from "./canvas.ts";

interface Edge {
	readonly x: number;
	readonly y: number;
	readonly top: number;
	readonly bottom: number;
	readonly left: number;
	readonly right: number;
	/** Columns per row, as a 32-bit float. */
	readonly slope: number;
}

const f32 = Math.fround;

/** Rounds halves away from 0. */
function roundUp(value: number): number {
	return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

/** Rounds halves towards 0. */
function roundDown(value: number): number {
	return Math.sign(value) * Math.ceil(Math.abs(value) - 0.5);
}

function edgeOf([x0, y0]: Point, [x1, y1]: Point): Edge {
	return {
		x: x0,
		y: y0,
		top: Math.min(y0, y1),
		bottom: Math.max(y0, y1),
		left: Math.min(x0, x1),
		right: Math.max(x0, x1),
		slope: y0 === y1 ? 0 : f32((x1 - x0) / (y1 - y0)),
	};
}

function crossing({ x, y, slope }: Edge, at: number): number {
	return f32(f32((at - y) * slope) + x);
}

function fillEdges(canvas: Canvas, edges: readonly Edge[], ink: number): void {
	const sloped: Edge[] = [];
	let top = canvas.height - 1;
	let bottom = 0;
	for (const edge of edges) {
		top = Math.min(top, edge.top);
		bottom = Math.max(bottom, edge.bottom);
		if (edge.top === edge.bottom) {
			fillRow(canvas, edge.top, edge.left, edge.right, ink);
		} else sloped.push(edge);
	}
	bottom = Math.min(bottom, canvas.height);
	for (let y = Math.max(top, 0); y <= bottom; y++) {
		const crossings: number[] = [];
		for (const [i, edge] of sloped.entries()) {
			if (y < edge.top || y > edge.bottom) continue;
			const x = crossing(edge, y);
			if (y === edge.bottom && y < bottom) crossings.push(x, x);
			else {
				crossings.push(x);
				const moved = cornerOf(sloped, i, { y, x, bottom });
				if (moved && moved.at < crossings.length) crossings[moved.at] = moved.x;
			}
		}
		crossings.sort((a, b) => a - b);
		for (let i = 1; i < crossings.length; i += 2) {
			// Where both are the same half, the ends are in reverse order.
			const ends = [roundUp(crossings[i - 1]), roundDown(crossings[i])];
			fillRow(canvas, y, Math.min(...ends), Math.max(...ends), ink);
		}
	}
}

/**
 * Where two flat edges of one direction meet, the pixels of the corner may not
 * touch those of the next row, so Pillow moves a crossing. Which one is a fault
 * that is copied here: it takes the number of the other edge for the number of
 * that edge's crossing. Pillow 9.1 did this at other corners too, 11.1 and later
 * move the right one (its pull requests 5980, 6303, 8659).
 */
function cornerOf(
	edges: readonly Edge[],
	index: number,
	{ y, x, bottom }: { y: number; x: number; bottom: number },
): { at: number; x: number } | undefined {
	const edge = edges[index];
	const { slope } = edge;
	if (slope === 0 || !Number.isInteger(x)) return undefined;
	const next = y === bottom ? y - 1 : y + 1;
	for (const [at, other] of edges.slice(0, index).entries()) {
		if (slope > 0 ? other.slope <= 0 : other.slope >= 0) continue;
		const together =
			(y === edge.top && y === other.top) ||
			(y === edge.bottom && y === other.bottom);
		if (!together || x !== crossing(other, y)) continue;
		const ends = [crossing(edge, next), crossing(other, next)];
		const [least, most] = [Math.min(...ends), Math.max(...ends)];
		if (y === edge.bottom) {
			return { at, x: slope > 0 ? f32(most + 1) : f32(least - 1) };
		}
		return { at, x: slope > 0 ? least : f32(most + 1) };
	}
	return undefined;
}

/** Fills a polygon, even-odd, with its outline. */
export function fillPolygon(
	canvas: Canvas,
	points: readonly Point[],
	ink: number,
): void {
	const corners = points.map(whole);
	const edges: Edge[] = [];
	for (let i = 0; i + 1 < corners.length; i++) {
		const [from, to] = [corners[i], corners[i + 1]];
		const before = corners[i - 1];
		// Level edges that go on in one direction are one edge.
		if (before && before[1] === from[1] && from[1] === to[1]) {
			const last = edges[edges.length - 1];
			const right = to[0] > from[0] && from[0] > before[0];
			const left = to[0] < from[0] && from[0] < before[0];
			if (right || left) {
				edges[edges.length - 1] = {
					...last,
					...(right ? { right: to[0] } : { left: to[0] }),
				};
				continue;
			}
		}
		edges.push(edgeOf(from, to));
	}
	const [first, last] = [corners[0], corners[corners.length - 1]];
	if (first[0] !== last[0] || first[1] !== last[1]) {
		edges.push(edgeOf(last, first));
	}
	fillEdges(canvas, edges, ink);
}

function whole([x, y]: Point): Point {
	return [Math.trunc(x), Math.trunc(y)];
}

/** Fills the rectangle between two opposite corners, both included. */
export function fillRectangle(
	canvas: Canvas,
	corners: readonly [Point, Point],
	ink: number,
): void {
	const [[x0, y0], [x1, y1]] = corners.map(whole);
	const last = Math.min(Math.max(y0, y1), canvas.height - 1);
	for (let y = Math.max(Math.min(y0, y1), 0); y <= last; y++) {
		fillRow(canvas, y, Math.min(x0, x1), Math.max(x0, x1), ink);
	}
}

/** Fills a circle; nothing where its box is one pixel. */
export function fillCircle(
	canvas: Canvas,
	[cx, cy]: Point,
	radius: number,
	ink: number,
): void {
	const [x0, y0] = whole([cx - radius, cy - radius]);
	const [x1, y1] = whole([cx + radius, cy + radius]);
	const [a, b] = [x1 - x0, y1 - y0];
	if (a + b < 1) return;
	// A quarter on a grid of half pixels around the centre, from the right end
	// to the top; of the next points, the one nearest to the ellipse.
	const off = (x: number, y: number) =>
		Math.abs(a * a * y * y + b * b * x * x - a * a * b * b);
	let [x, y] = [a, b % 2];
	let drawn = -1;
	for (;;) {
		if (y !== drawn) {
			const [from, to] = [x0 + (a - x) / 2, x0 + (a + x) / 2];
			fillRow(canvas, y0 + (b + y) / 2, from, to, ink);
			fillRow(canvas, y0 + (b - y) / 2, from, to, ink);
			drawn = y;
		}
		if (x === a % 2 && y === b) break;
		let next = [x, y + 2];
		if (x > 1) {
			for (const other of [
				[x - 2, y + 2],
				[x - 2, y],
			]) {
				if (off(next[0], next[1]) > off(other[0], other[1])) next = other;
			}
		}
		[x, y] = next;
	}
}

/** Draws a line of several parts, each a filled quadrangle `width` pixels wide. */
export function drawLine(
	canvas: Canvas,
	points: readonly Point[],
	width: number,
	ink: number,
): void {
	const corners = points.map(whole);
	for (let i = 0; i + 1 < corners.length; i++) {
		const [[x0, y0], [x1, y1]] = [corners[i], corners[i + 1]];
		const [dx, dy] = [x1 - x0, y1 - y0];
		if (dx === 0 && dy === 0) {
			fillRow(canvas, y0, x0, x0, ink);
			continue;
		}
		const length = Math.hypot(dx, dy);
		const [more, less] = [
			roundUp((width - 1) / 2) / length,
			roundDown((width - 1) / 2) / length,
		];
		const quad: Point[] = [
			[x0 - roundDown(less * dy), y0 + roundDown(more * dx)],
			[x1 - roundDown(less * dy), y1 + roundDown(more * dx)],
			[x1 + roundDown(more * dy), y1 - roundDown(less * dx)],
			[x0 + roundDown(more * dy), y0 - roundDown(less * dx)],
		];
		const edges = quad.map((point, k) => edgeOf(point, quad[(k + 1) % 4]));
		fillEdges(canvas, edges, ink);
	}
}
