// Node only: the npm package fast-png.
import { encode } from "fast-png";
import { DataError } from "./errors.ts";
import { type Colour, palette } from "./palette.ts";
import { zoomFor } from "./resize.ts";
import { IGNORE } from "./segmentation-set.ts";

/** 8-bit pixels, H,W,C with C = 1 (gray), 3 (red, green, blue) or 4 (and opacity). */
export interface Picture {
	readonly height: number;
	readonly width: number;
	readonly channels: number;
	readonly data: Uint8Array;
}

/** How class numbers are coloured. */
export interface ColourOptions {
	/** The class painted black in masks and left unpainted in overlays; 0 if not given. */
	readonly background?: number;
}

function checkLength(data: ArrayLike<number>, wanted: number): void {
	if (data.length !== wanted) {
		throw new DataError(
			`a picture of ${wanted} values was announced but ${data.length} are given; check its height, width and channels`,
		);
	}
}

/** A gray 8-bit PNG whose pixel values are the class numbers; `ids` is H,W. */
export function indexPng(
	ids: Uint8Array,
	height: number,
	width: number,
): Uint8Array {
	checkLength(ids, height * width);
	return encode({ width, height, channels: 1, data: ids });
}

/** A palette PNG whose indices are the class numbers, VOC colours; `ids` is H,W. */
export function palettePng(
	ids: Uint8Array,
	height: number,
	width: number,
	options: ColourOptions = {},
): Uint8Array {
	checkLength(ids, height * width);
	const colours = palette(options.background).map((c) => [...c]);
	return encode({ width, height, channels: 1, data: ids, palette: colours });
}

/** The picture with its classes painted over it, `alpha` 0 (picture) to 1 (paint); `ids` is H,W. */
export function overlay(
	picture: Picture,
	ids: Uint8Array,
	alpha = 0.5,
	options: ColourOptions = {},
): Picture {
	const background = options.background ?? 0;
	const colours = palette(background);
	const { height, width } = picture;
	checkLength(ids, height * width);
	const data = toRgb(picture).slice();
	for (let i = 0; i < ids.length; i++) {
		if (ids[i] === background) continue;
		for (let c = 0; c < 3; c++) {
			const at = 3 * i + c;
			data[at] = Math.round(
				(1 - alpha) * data[at] + alpha * colours[ids[i]][c],
			);
		}
	}
	return { height, width, channels: 3, data };
}

/** `overlay` as an RGB PNG. */
export function overlayPng(
	picture: Picture,
	ids: Uint8Array,
	alpha = 0.5,
	options: ColourOptions = {},
): Uint8Array {
	return picturePng(overlay(picture, ids, alpha, options));
}

/** A picture as a PNG. */
export function picturePng(picture: Picture): Uint8Array {
	const { height, width, channels, data } = picture;
	checkLength(data, height * width * channels);
	return encode({ width, height, channels, data, depth: 8 });
}

/** One row of `panelsPng`; `truth` and `prediction` are H,W class numbers. */
export interface PanelRow {
	readonly image: Picture;
	readonly truth?: Uint8Array;
	readonly prediction?: Uint8Array;
}

/** Colour between the panels. */
const GAP_COLOUR = 255;
/** Colours of `errorPicture`. */
const WRONG: Colour = [235, 40, 40];
const UNLABELLED: Colour = [190, 190, 190];

/** Where a prediction is wrong: red on a darkened gray picture; pixels without a label are light. */
export function errorPicture(
	picture: Picture,
	truth: Uint8Array,
	prediction: Uint8Array,
): Picture {
	const { height, width } = picture;
	const rgb = toRgb(picture);
	checkLength(truth, height * width);
	checkLength(prediction, height * width);
	const data = new Uint8Array(rgb.length);
	for (let i = 0; i < truth.length; i++) {
		const [r, g, b] = rgb.subarray(3 * i, 3 * i + 3);
		// Rec. 601 luma.
		const gray = Math.round((0.299 * r + 0.587 * g + 0.114 * b) / 2);
		const ignored = truth[i] === IGNORE;
		const wrong = !ignored && truth[i] !== prediction[i];
		data.set(wrong ? WRONG : ignored ? UNLABELLED : [gray, gray, gray], 3 * i);
	}
	return { height, width, channels: 3, data };
}

/** Rows of image, truth, prediction and, where both are given, errors side by side as one RGB PNG; see `sheetPng`. */
export function panelsPng(
	rows: readonly PanelRow[],
	options: ColourOptions & SheetOptions = {},
): Uint8Array {
	const colours = palette(options.background);
	const panels = rows.map(({ image, truth, prediction }) => [
		image,
		...[truth, prediction]
			.filter((ids) => ids !== undefined)
			.map((ids) => paint(ids, image.height, image.width, colours)),
		...(truth && prediction ? [errorPicture(image, truth, prediction)] : []),
	]);
	return sheetPng(panels, options);
}

/** How a sheet is laid out, in pixels. */
export interface SheetOptions {
	readonly zoom?: number;
	readonly gap?: number;
}

/**
 * Rows of pictures as one RGB PNG. Small ones are enlarged by a whole factor
 * so that a person can see them.
 */
export function sheetPng(
	rows: readonly (readonly Picture[])[],
	options: SheetOptions = {},
): Uint8Array {
	if (rows.length === 0) throw new DataError("there is no row to draw");
	const panels = rows.map((row) =>
		row.map((picture) => ({ ...picture, channels: 3, data: toRgb(picture) })),
	);
	const largest = Math.max(
		...panels.flat().map(({ height, width }) => Math.max(height, width)),
	);
	const zoom = options.zoom ?? zoomFor(largest);
	const gap = options.gap ?? 4;

	const rowWidth = (row: Picture[]) =>
		row.reduce((sum, p) => sum + p.width * zoom + gap, gap);
	const rowHeight = (row: Picture[]) => row[0].height * zoom + gap;
	const width = Math.max(...panels.map(rowWidth));
	const height = panels.reduce((sum, row) => sum + rowHeight(row), gap);
	const data = new Uint8Array(height * width * 3).fill(GAP_COLOUR);
	let top = gap;
	for (const row of panels) {
		let left = gap;
		for (const panel of row) {
			drawZoomed(panel, data, width, top, left, zoom);
			left += panel.width * zoom + gap;
		}
		top += rowHeight(row);
	}
	return encode({ width, height, channels: 3, data });
}

/** Red, green and blue of a gray or colour picture. */
export function toRgb({ channels, data, height, width }: Picture): Uint8Array {
	checkLength(data, height * width * channels);
	if (channels === 3) return data;
	if (channels !== 1) {
		throw new DataError(
			`a picture with ${channels} channels cannot be drawn; give 1 (gray) or 3 (red, green, blue)`,
		);
	}
	const rgb = new Uint8Array(data.length * 3);
	for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3)];
	return rgb;
}

function paint(
	ids: Uint8Array,
	height: number,
	width: number,
	colours: readonly Colour[],
): Picture {
	checkLength(ids, height * width);
	const data = new Uint8Array(ids.length * 3);
	for (let i = 0; i < ids.length; i++) data.set(colours[ids[i]], 3 * i);
	return { height, width, channels: 3, data };
}

function drawZoomed(
	panel: Picture,
	target: Uint8Array,
	targetWidth: number,
	top: number,
	left: number,
	zoom: number,
): void {
	for (let y = 0; y < panel.height * zoom; y++) {
		const sourceRow = Math.floor(y / zoom) * panel.width;
		const targetRow = (top + y) * targetWidth + left;
		for (let x = 0; x < panel.width * zoom; x++) {
			const from = 3 * (sourceRow + Math.floor(x / zoom));
			const to = 3 * (targetRow + x);
			for (let c = 0; c < 3; c++) target[to + c] = panel.data[from + c];
		}
	}
}
