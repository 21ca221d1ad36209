// Node only: the decoders need npm packages.
import { DataError, formatCount, formatList } from "./errors.ts";
import { decodeRaster, grayOf, type Warn } from "./image.ts";
import { colourValue, formatValue } from "./palette.ts";
import { IGNORE } from "./segmentation-set.ts";

/** Largest number of classes: 255 marks ignored pixels. */
export const MAX_CLASSES = 255;

/**
 * How the values of masks become class numbers. A colour is the value
 * `colourValue` gives; a gray value v is the colour (v, v, v) too.
 */
export interface ClassOptions {
	/** New number of a value: `{255: 1}` is `--map 255=1`. */
	readonly map?: Readonly<Record<number, number>>;
	/** Added to values that `map` does not have: `--offset -1`. */
	readonly offset?: number;
	/** Values whose pixels count in neither loss nor metrics: `--ignore 255`. */
	readonly ignore?: readonly number[];
	/** Number of classes; the largest number found plus one, if not given. */
	readonly classes?: number;
}

/** The values of a mask as stored, H,W. */
export interface Mask {
	readonly height: number;
	readonly width: number;
	readonly values: Uint8Array | Uint16Array | Uint32Array;
	/** True for JPEG, which smears values along edges. */
	readonly lossy?: boolean;
}

/**
 * Reads a mask file: palette images give their indices, gray ones their
 * values (1, 2 and 4 bits not stretched), colour ones theirs if red, green
 * and blue agree everywhere, else a `colourValue` for each pixel. Given
 * `colours`, those of a colour mask become their numbers.
 */
export function decodeMask(
	bytes: Uint8Array,
	name: string,
	warn: Warn,
	colours?: ReadonlyMap<number, number>,
): Mask {
	const { height, width, samples, channels, depth, format } = decodeRaster(
		bytes,
		name,
		warn,
	);
	if (channels === 3 && colours) {
		const values = coloursOf(samples, depth);
		for (let i = 0; i < values.length; i++) {
			values[i] = colours.get(values[i]) ?? values[i];
		}
		return { height, width, values };
	}
	const values =
		channels === 1 ? samples : (grayOf(samples) ?? coloursOf(samples, depth));
	return { height, width, values, lossy: format === "JPEG" };
}

function coloursOf(rgb: Uint8Array | Uint16Array, depth: number): Uint32Array {
	const values = new Uint32Array(rgb.length / 3);
	const shift = depth - 8;
	for (let i = 0; i < values.length; i++) {
		const [red, green, blue] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
		values[i] = colourValue([red >> shift, green >> shift, blue >> shift]);
	}
	return values;
}

/** The ways to write a value: a gray one is a colour too. */
function spellings(value: number): number[] {
	return value >= 0 && value < 256
		? [value, colourValue([value, value, value])]
		: [value];
}

function isIgnored(value: number, { ignore }: ClassOptions): boolean {
	return spellings(value).some((v) => ignore?.includes(v));
}

/** The class number of a mask value: `IGNORE`, its mapped number, or itself plus the offset. */
function classOf(value: number, options: ClassOptions): number {
	if (isIgnored(value, options)) return IGNORE;
	const { map = {}, offset = 0 } = options;
	const mapped = spellings(value).find((v) => v in map);
	return mapped === undefined ? value + offset : map[mapped];
}

/**
 * Throws DataError listing the values, with their counts, that are neither
 * ignored nor mapped to one of the classes, and the options that help.
 * `lossy` adds that the file is a JPEG, the likely cause.
 */
export function checkClasses(
	counts: ReadonlyMap<number, number>,
	options: ClassOptions,
	file: string,
	lossy = false,
): void {
	const { classes = MAX_CLASSES } = options;
	const outside = [...counts]
		.filter(([value]) => {
			const id = classOf(value, options);
			const isClass = Number.isInteger(id) && id >= 0 && id < classes;
			return !isClass && !isIgnored(value, options);
		})
		.sort(([a], [b]) => a - b);
	if (outside.length === 0) return;
	const [value] = outside[0];
	const list = formatList(
		outside.map(
			([v, count]) => `${formatValue(v)} at ${formatCount(count)} pixels`,
		),
	);
	const where =
		options.classes === undefined
			? `no class number (0 to ${MAX_CLASSES - 1})`
			: `outside the ${classes} classes`;
	const largest = outside[outside.length - 1][0];
	const more =
		options.classes !== undefined && largest < MAX_CLASSES && value >= 0
			? ` or --classes ${largest + 1}`
			: "";
	const cause = lossy
		? "JPEG smears class numbers, save masks as PNG; else "
		: "";
	throw new DataError(
		`value ${list} ${outside.length === 1 ? "is" : "are"} ${where}; ${cause}use --map ${quoted(value, "=1")} or --ignore ${quoted(value)}${more}`,
		file,
	);
}

/** A value for a command line, where # would begin a comment. */
function quoted(value: number, rest = ""): string {
	const text = formatValue(value) + rest;
	return text.startsWith("#") ? `"${text}"` : text;
}

/** Class numbers of values that `checkClasses` let pass; 255 = ignored. */
export function remap(
	values: ArrayLike<number>,
	options: ClassOptions,
): Uint8Array {
	const result = new Uint8Array(values.length);
	for (let i = 0; i < values.length; i++) {
		const seen = i > 0 && values[i] === values[i - 1];
		result[i] = seen ? result[i - 1] : classOf(values[i], options);
	}
	return result;
}
