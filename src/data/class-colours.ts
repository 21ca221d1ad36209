import { type Colour, vocColour } from "./palette.ts";

/**
 * Colours that people with colour vision deficiencies tell apart: Okabe and
 * Ito (2008) without their black, in an order that puts strong ones first,
 * then Paul Tol's muted scheme (2021) as far as it differs.
 */
const SAFE: readonly Colour[] = [
	[230, 159, 0],
	[86, 180, 233],
	[0, 158, 115],
	[240, 228, 66],
	[0, 114, 178],
	[213, 94, 0],
	[204, 121, 167],
	[51, 34, 136],
	[136, 204, 238],
	[136, 34, 85],
	[153, 153, 51],
	[68, 170, 153],
	[204, 102, 119],
	[17, 119, 51],
	[170, 68, 153],
	[221, 204, 119],
];

/** Colours for so many classes; the background is black, as in `palette`. Beyond the safe ones they are VOC's. */
export function classColours(classes: number, background: number): Colour[] {
	let next = 0;
	return Array.from({ length: classes }, (_, id) =>
		id === background ? [0, 0, 0] : (SAFE[next++] ?? vocColour(next)),
	);
}
