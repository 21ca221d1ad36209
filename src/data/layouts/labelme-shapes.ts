// Node only: the npm package valibot.
import * as v from "valibot";
import { fromBase64 } from "../bytes.ts";
import type { Canvas, Point } from "../canvas.ts";
import { DataError } from "../errors.ts";
import {
	drawLine,
	fillCircle,
	fillPolygon,
	fillRectangle,
} from "../fill-pillow.ts";
import { decodeMask } from "../mask.ts";

/** Far outside any image, filling would take for ever. */
const coordinate = v.pipe(v.number(), v.minValue(-1e6), v.maxValue(1e6));

/** A shape in a labelme file. */
export const shape = v.object({
	label: v.string(),
	points: v.array(v.tuple([coordinate, coordinate])),
	// Files of labelme 3 have polygons only and do not say so.
	shape_type: v.nullish(v.string(), "polygon"),
	mask: v.nullish(v.string()),
});

type Shape = v.InferOutput<typeof shape>;

/** Width of a line and radius of a point: the defaults of labelme's `shape_to_mask`. */
const LINE_WIDTH = 10;
const POINT_RADIUS = 5;

interface Kind {
	/** How many points it has, at least and at most. */
	readonly points: readonly [least: number, most: number];
	draw(
		canvas: Canvas,
		points: readonly Point[],
		ink: number,
		from: Shape,
	): void;
}

const POLYGON: Kind = { points: [3, Infinity], draw: fillPolygon };
const POINTS: Kind = {
	points: [1, Infinity],
	draw(canvas, points, ink) {
		for (const point of points) fillCircle(canvas, point, POINT_RADIUS, ink);
	},
};

/** The shapes of labelme 4 and 5 by `shape_type`. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
	["polygon", POLYGON],
	["oriented_rectangle", POLYGON],
	[
		"rectangle",
		{
			points: [2, 2],
			draw: (canvas, [a, b], ink) => fillRectangle(canvas, [a, b], ink),
		},
	],
	[
		"circle",
		{
			points: [2, 2],
			draw(canvas, [centre, rim], ink) {
				const [dx, dy] = [centre[0] - rim[0], centre[1] - rim[1]];
				// Not Math.hypot, which may round otherwise.
				fillCircle(canvas, centre, Math.sqrt(dx ** 2 + dy ** 2), ink);
			},
		},
	],
	["line", { points: [2, 2], draw: drawThick }],
	["linestrip", { points: [2, Infinity], draw: drawThick }],
	["point", { ...POINTS, points: [1, 1] }],
	["points", POINTS],
	["mask", { points: [2, 2], draw: placeMask }],
]);

function drawThick(canvas: Canvas, points: readonly Point[], ink: number) {
	drawLine(canvas, points, LINE_WIDTH, ink);
}

/** The mask of a shape is an image of its own, put at the box's top left corner. */
function placeMask(
	canvas: Canvas,
	[[left, top]]: readonly Point[],
	ink: number,
	{ mask }: Shape,
): void {
	if (!mask) throw new DataError("has no mask; draw it again in labelme");
	const png = fromBase64(mask);
	const { height, width, values } = decodeMask(png, "its mask.png", () => {});
	const [x0, y0] = [Math.trunc(left), Math.trunc(top)];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const [toX, toY] = [x0 + x, y0 + y];
			const inside =
				toX >= 0 && toX < canvas.width && toY >= 0 && toY < canvas.height;
			if (inside && values[y * width + x] !== 0) {
				canvas.values[toY * canvas.width + toX] = ink;
			}
		}
	}
}

/** Draws a shape as labelme does. Throws DataError for shapes that are no such thing. */
export function drawShape(canvas: Canvas, from: Shape, ink: number): void {
	const { shape_type, points } = from;
	const kind = KINDS.get(shape_type);
	if (!kind) {
		throw new DataError(
			`is a ${shape_type}, which is not drawn; give it one of the types ${[...KINDS.keys()].join(", ")}`,
		);
	}
	const [least, most] = kind.points;
	if (points.length < least || points.length > most) {
		throw new DataError(
			`is a ${shape_type} of ${points.length} points instead of ${least === most ? least : `${least} or more`}; draw it again or remove it`,
		);
	}
	kind.draw(canvas, points, ink, from);
}
