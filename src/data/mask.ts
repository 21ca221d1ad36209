// Node only: the decoders need npm packages.
import { DataError, formatCount, formatList } from "./errors.ts";
import { decodeRaster, grayOf, type Warn } from "./image.ts";
import { IGNORE } from "./segmentation-set.ts";

/** Largest number of classes: 255 marks ignored pixels. */
export const MAX_CLASSES = 255;

/** How the values of masks become class numbers. */
export interface ClassOptions {
	/** New number of a value: `{255: 1}` is `--map 255=1`. */
	readonly map?: Readonly<Record<number, number>>;
	/** Values whose pixels count in neither loss nor metrics: `--ignore 255`. */
	readonly ignore?: readonly number[];
	/** Number of classes; the largest number found plus one, if not given. */
	readonly classes?: number;
}

/** The values of a mask as stored, H,W. */
export interface Mask {
	readonly height: number;
	readonly width: number;
	readonly values: Uint8Array | Uint16Array;
	/** True for JPEG, which smears values along edges. */
	readonly lossy: boolean;
}

/**
 * Reads a mask file: palette images give their indices, gray ones their
 * values (1, 2 and 4 bits not stretched), colour ones theirs if red, green
 * and blue agree everywhere. Throws DataError naming file and fix.
 */
export function decodeMask(bytes: Uint8Array, name: string, warn: Warn): Mask {
	const raster = decodeRaster(bytes, name, warn);
	const { height, width, samples } = raster;
	const values = raster.channels === 1 ? samples : grayOf(samples);
	if (!values) {
		throw new DataError(
			`is coloured (${formatList(coloursOf(samples))}) where class numbers are expected; save it as a gray or palette PNG whose values are the classes`,
			name,
		);
	}
	return { height, width, values, lossy: raster.format === "JPEG" };
}

function coloursOf(rgb: Uint8Array | Uint16Array): string[] {
	const found = new Set<string>();
	for (let i = 0; i < rgb.length; i += 3) {
		found.add(`#${hex(rgb[i])}${hex(rgb[i + 1])}${hex(rgb[i + 2])}`);
	}
	return [...found];
}

function hex(value: number): string {
	return value.toString(16).padStart(2, "0");
}

/** How many pixels have each value. */
export function histogram(values: ArrayLike<number>): Map<number, number> {
	const counts = new Map<number, number>();
	// Masks are long runs of one value: one look-up per run, not per pixel.
	for (let i = 0; i < values.length; ) {
		const value = values[i];
		const start = i;
		while (i < values.length && values[i] === value) i++;
		counts.set(value, (counts.get(value) ?? 0) + i - start);
	}
	return counts;
}

/** The class number of a mask value: `IGNORE`, its mapped number, or itself. */
function classOf(value: number, options: ClassOptions): number {
	if (options.ignore?.includes(value)) return IGNORE;
	return options.map?.[value] ?? value;
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
	const classes = options.classes ?? MAX_CLASSES;
	const outside = [...counts]
		.filter(([value]) => {
			if (options.ignore?.includes(value)) return false;
			const id = classOf(value, options);
			return !(Number.isInteger(id) && id >= 0 && id < classes);
		})
		.sort(([a], [b]) => a - b);
	if (outside.length === 0) return;
	const [value] = outside[0];
	const list = formatList(
		outside.map(([v, count]) => `${v} at ${formatCount(count)} pixels`),
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
		`value ${list} ${outside.length === 1 ? "is" : "are"} ${where}; ${cause}use --map ${value}=1 or --ignore ${value}${more}`,
		file,
	);
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
