// Node only: the npm package valibot.
import * as v from "valibot";
import type { Canvas } from "../canvas.ts";
import { DataError } from "../errors.ts";
import { decodeRuns, fillCocoPolygon, fillRuns } from "../rle.ts";

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Height or width of an image. */
export const pixels = v.pipe(v.number(), v.integer(), v.minValue(1));
/** Corners as x, y, x, y, ...; far outside any image, tracing would take for ever. */
export const polygon = v.pipe(
	v.array(v.pipe(v.number(), v.minValue(-1e5), v.maxValue(1e5))),
	v.minLength(6),
	v.check((xy) => xy.length % 2 === 0),
);
const runs = v.object({
	size: v.tuple([whole, whole]),
	counts: v.union([v.string(), v.array(whole)]),
});
/** An object's mask: the parts of its outline, or runs of pixels. */
export const segmentation = v.union([v.array(polygon), runs]);

/** Draws polygons or runs. Throws DataError, which begins with `file`. */
export function drawSegmentation(
	canvas: Canvas,
	shape: v.InferOutput<typeof segmentation>,
	ink: number,
	file: string,
): void {
	if (Array.isArray(shape)) {
		for (const part of shape) fillCocoPolygon(canvas, part, ink);
		return;
	}
	const { size, counts } = shape;
	if (size[0] !== canvas.height || size[1] !== canvas.width) {
		throw new DataError(
			`has a mask of ${size.join("x")} for an image of ${canvas.height}x${canvas.width}; export the annotations again`,
			file,
		);
	}
	const list = typeof counts === "string" ? decodeRuns(counts, file) : counts;
	fillRuns(canvas, list, ink, file);
}

/** Checks what a file holds. Throws DataError naming the field. */
export function check<T>(
	schema: v.GenericSchema<unknown, T>,
	value: unknown,
	file: string,
): T {
	const result = v.safeParse(schema, value);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new DataError(
		`${v.getDotPath(issue) ?? "its content"} is not as it should be (${issue.message}); export the annotations again`,
		file,
	);
}
