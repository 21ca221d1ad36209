import { type Region, regionsOf } from "./polygons.ts";
import type { Size } from "./resize.ts";

/** A segmented image as annotation formats see it. */
export interface Annotated extends Size {
	readonly fileName: string;
	/** Class numbers, H,W. */
	readonly ids: Uint8Array;
}

/** What is not annotated. */
export interface Classes {
	readonly names: readonly string[];
	readonly background: number;
}

function* foreground(
	image: Annotated,
	{ names, background }: Classes,
): Generator<{ id: number; region: Region }> {
	for (let id = 0; id < names.length; id++) {
		if (id === background || !image.ids.includes(id)) continue;
		for (const region of regionsOf(image.ids, image, id)) yield { id, region };
	}
}

/** One image as a labelme file (version 5): a polygon for every region of every class but the background. */
export function labelmeJson(image: Annotated, classes: Classes): string {
	const shapes = [...foreground(image, classes)].map(({ id, region }) => ({
		label: classes.names[id],
		points: region.polygon,
		group_id: null,
		description: "",
		shape_type: "polygon",
		flags: {},
	}));
	return `${JSON.stringify({
		version: "5.5.0",
		flags: {},
		shapes,
		imagePath: image.fileName,
		imageData: null,
		imageHeight: image.height,
		imageWidth: image.width,
	})}\n`;
}

/** Collects images into one COCO instances file: an annotation for every region of every class but the background. */
export function cocoFile(classes: Classes) {
	const images: object[] = [];
	const annotations: object[] = [];
	return {
		add(image: Annotated): void {
			const { fileName: file_name, height, width } = image;
			images.push({ id: images.length + 1, file_name, height, width });
			for (const { id, region } of foreground(image, classes)) {
				annotations.push({
					id: annotations.length + 1,
					image_id: images.length,
					category_id: id,
					segmentation: [region.polygon.flat()],
					area: region.area,
					bbox: region.box,
					iscrowd: 0,
				});
			}
		},
		json(): string {
			const categories = classes.names.flatMap((name, id) =>
				id === classes.background ? [] : [{ id, name, supercategory: "" }],
			);
			return `${JSON.stringify({ images, annotations, categories })}\n`;
		},
	};
}
