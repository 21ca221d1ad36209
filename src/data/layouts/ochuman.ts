// Node only: reads files; the npm package valibot.
import * as v from "valibot";
import type { Canvas } from "../canvas.ts";
import { fillCocoPolygon } from "../rle.ts";
import { hasFolder, joinPath, readJson, type Tree } from "../tree.ts";
import { drawnItem } from "./drawn.ts";
import { type Item, type Layout, orphansOf } from "./layout.ts";
import { check, pixels, polygon } from "./segmentation.ts";

const segms = v.object({
	outer: v.array(polygon),
	inner: v.optional(v.array(polygon), []),
	height: pixels,
	width: pixels,
});
const image = v.object({
	file_name: v.string(),
	height: pixels,
	width: pixels,
	annotations: v.array(v.object({ segms: v.unknown() })),
});
const file = v.object({ images: v.array(image) });

/**
 * OCHuman: `ochuman.json` beside `images`. A person is the pixels in its outer
 * polygons that are in none of its inner ones, filled as OCHumanApi does (by
 * pycocotools' rule). Images in which no person has polygons are left out;
 * persons without polygons count as background, as in the dataset's own masks.
 */
export const ochuman: Layout = {
	name: "ochuman",
	about: "ochuman.json with outer and inner polygons, images/",
	takesPaths: true,
	async recognises(tree, { masksPath = "ochuman.json" }) {
		if ((await tree.kind(masksPath)) !== "file") return false;
		const value = await readJson(tree, masksPath).catch(() => undefined);
		const first = (value as { images?: unknown[] } | null | undefined)
			?.images?.[0] as { annotations?: unknown } | undefined;
		return Array.isArray(first?.annotations);
	},
	async open(tree, { imagesPath, masksPath = "ochuman.json" }) {
		const folder = imagesPath ?? (await imagesFolder(tree));
		const { images } = check(file, await readJson(tree, masksPath), masksPath);
		const items: Item[] = [];
		const lost: string[] = [];
		for (const { file_name, annotations, ...size } of images) {
			const persons = annotations.flatMap((each) => each.segms ?? []);
			if (persons.length === 0) continue;
			const path = joinPath(folder, file_name);
			if ((await tree.kind(path)) !== "file") {
				lost.push(file_name);
				continue;
			}
			const draw = (on: Canvas) => {
				const where = `${masksPath} (${file_name})`;
				for (const each of persons) drawPerson(on, check(segms, each, where));
			};
			items.push(drawnItem(tree, path, masksPath, size, draw));
		}
		return {
			items,
			place: tree.shown(masksPath),
			classNames: ["background", "person"],
			orphans: orphansOf("no image file for", lost),
			orphansFix: "add the files",
		};
	},
};

async function imagesFolder(tree: Tree): Promise<string> {
	return (await hasFolder(tree, "images")) ? "images" : "";
}

/** The holes of a person belong to nobody, unless to another person. */
function drawPerson(
	canvas: Canvas,
	{ outer, inner }: v.InferOutput<typeof segms>,
): void {
	const values = new Uint8Array(canvas.values.length);
	for (const part of outer) fillCocoPolygon({ ...canvas, values }, part, 1);
	for (const hole of inner) fillCocoPolygon({ ...canvas, values }, hole, 0);
	for (let i = 0; i < values.length; i++) {
		if (values[i] === 1) canvas.values[i] = 1;
	}
}
