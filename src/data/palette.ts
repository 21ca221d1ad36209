/** A colour as red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Added to a colour's number, so that it is no gray value or palette index. */
const COLOUR = 2 ** 24;

/** The value that stands for a colour in `--map` and in coloured masks. */
export function colourValue([red, green, blue]: Colour): number {
	return COLOUR + red * 65_536 + green * 256 + blue;
}

/** A value as the command line has it: `7`, or `#800000` for a colour. */
export function formatValue(value: number): string {
	return value >= COLOUR
		? `#${(value - COLOUR).toString(16).padStart(6, "0")}`
		: String(value);
}

/** The value that a text of this form stands for. */
export function parseValue(text: string): number {
	return text.startsWith("#")
		? COLOUR + Number.parseInt(text.slice(1), 16)
		: Number(text);
}

/**
 * The PASCAL VOC colour map: bit k of each triple of the class number's bits
 * becomes bit 7-k of red, green and blue (VOCdevkit, `VOClabelcolormap.m`).
 * Class 0 is black; 255, the ignored pixel, is near white (224, 224, 192).
 */
export function vocColour(id: number): Colour {
	let red = 0;
	let green = 0;
	let blue = 0;
	for (let k = 0; k < 8; k++) {
		const triple = id >> (3 * k);
		red |= (triple & 1) << (7 - k);
		green |= ((triple >> 1) & 1) << (7 - k);
		blue |= ((triple >> 2) & 1) << (7 - k);
	}
	return [red, green, blue];
}

/**
 * 256 colours, one per class number. The background class gets black, and
 * class 0 the background's colour in exchange.
 */
export function palette(background = 0): Colour[] {
	const colours = Array.from({ length: 256 }, (_, id) => vocColour(id));
	colours[0] = vocColour(background);
	colours[background] = vocColour(0);
	return colours;
}
