// The pictures that are painted by hand, and how one paints.
import { computed, signal } from "@preact/signals";
import { classColours } from "../../data/class-colours.ts";
import type { Colour } from "../../data/palette.ts";
import { IGNORE } from "../../data/segmentation-set.ts";
import type { Mask } from "./mask-edit.ts";
import { problem } from "./state.ts";

/** A picture and what is painted on it; `IGNORE` where nothing is. */
export interface PaintedPicture extends Mask {
	/** Of no other picture. */
	readonly key: string;
	readonly name: string;
	readonly picture: ImageData;
	/** Masks before the last strokes, and those that were taken back. */
	readonly undo: Uint8Array<ArrayBuffer>[];
	readonly redo: Uint8Array<ArrayBuffer>[];
}

export type Tool = "brush" | "erase" | "fill" | "move";

export const pictures = signal<readonly PaintedPicture[]>([]);
export const shown = signal(0);
export const classNames = signal<readonly string[]>(["background", "object"]);
export const activeClass = signal(1);
export const tool = signal<Tool>("brush");
/** Diameter in pixels of the picture. */
export const brushSize = signal(24);
/** Whether pixels that are not painted are background, or do not count. */
export const restIsBackground = signal(true);
/** Counts changes of masks, which are made in place. */
export const strokes = signal(0);

/** As in the training, but for the background, which is painted here too. */
export const colours = computed(() =>
	classColours(classNames.value.length, 0).map(
		(colour, id): Colour => (id === 0 ? [128, 128, 128] : colour),
	),
);

/** Larger pictures are made smaller to this many pixels on their longer side. */
const LARGEST = 1024;
/** How many strokes can be taken back. */
const UNDO = 40;

/** Takes picture files; names those that are none. */
export async function addPictures(files: Iterable<File>): Promise<void> {
	const bad: string[] = [];
	for (const file of files) {
		try {
			const picture = await paintedPicture(file, file.name);
			pictures.value = [...pictures.value, picture];
		} catch {
			bad.push(file.name);
		}
	}
	if (bad.length) {
		problem.value = `This browser cannot read ${bad.join(", ")} as a picture; give PNG, JPEG, WebP or the like.`;
	}
}

/** A picture of a file, with nothing painted on it. */
export async function paintedPicture(
	file: Blob,
	name: string,
	key: string = crypto.randomUUID(),
): Promise<PaintedPicture> {
	const picture = await readPicture(file, LARGEST);
	const { width, height } = picture;
	const ids = new Uint8Array(width * height).fill(IGNORE);
	return { key, name, width, height, picture, ids, undo: [], redo: [] };
}

/** The pixels of a picture file, upright, its longer side at most `largest`. */
export async function readPicture(
	file: Blob,
	largest: number,
): Promise<ImageData> {
	const bitmap = await createImageBitmap(file);
	const scale = Math.min(1, largest / Math.max(bitmap.width, bitmap.height));
	const width = Math.max(1, Math.round(bitmap.width * scale));
	const height = Math.max(1, Math.round(bitmap.height * scale));
	const context = new OffscreenCanvas(width, height).getContext(
		"2d",
	) as OffscreenCanvasRenderingContext2D;
	context.imageSmoothingQuality = "high";
	context.drawImage(bitmap, 0, 0, width, height);
	bitmap.close();
	return context.getImageData(0, 0, width, height);
}

/** Takes a picture and its mask away. */
export function removePicture(index: number): void {
	pictures.value = pictures.value.filter((_, i) => i !== index);
	shown.value = Math.max(0, Math.min(shown.value, pictures.value.length - 1));
}

/** To be called before a mask is changed. */
export function beginStroke({ ids, undo, redo }: PaintedPicture): void {
	undo.push(ids.slice());
	if (undo.length > UNDO) undo.shift();
	redo.length = 0;
}

/** Takes the last stroke back, or what was taken back back. */
export function step(picture: PaintedPicture, way: "undo" | "redo"): void {
	const other = way === "undo" ? "redo" : "undo";
	const before = picture[way].pop();
	if (!before) return;
	picture[other].push(picture.ids.slice());
	picture.ids.set(before);
	strokes.value++;
}

/** Adds a class and makes it the active one. */
export function addClass(): void {
	classNames.value = [...classNames.value, `class ${classNames.value.length}`];
	activeClass.value = classNames.value.length - 1;
}

/** Takes the last class away, with all that is painted of it. */
export function removeLastClass(): void {
	const id = classNames.value.length - 1;
	for (const { ids } of pictures.value) {
		for (let i = 0; i < ids.length; i++) if (ids[i] === id) ids[i] = IGNORE;
	}
	classNames.value = classNames.value.slice(0, -1);
	activeClass.value = Math.min(activeClass.value, id - 1);
	strokes.value++;
}

/** Whether something was painted that would be lost. */
let unsaved = false;
strokes.subscribe((count) => {
	unsaved = count > 0;
});
addEventListener("beforeunload", (event) => {
	if (unsaved) event.preventDefault();
});

/** To be called when the masks are stored, or a training has got them. */
export function saved(): void {
	unsaved = false;
}

/** Pictures with something painted on them. */
export const painted = computed(() => {
	strokes.value;
	return pictures.value.filter(({ ids }) => ids.some((id) => id !== IGNORE));
});
