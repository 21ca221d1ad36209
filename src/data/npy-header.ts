import { DataError, formatCount } from "./errors.ts";

/** What the header of a .npy file says. */
export interface NpyHeader {
	/** Sizes of the dimensions. */
	readonly shape: number[];
	/** Kind and bytes without byte order: `u1`, `f4`, `c16`, `U5`, ... */
	readonly dtype: string;
	/** False when the values are big-endian. */
	readonly little: boolean;
	/** True when the first dimension runs fastest. */
	readonly fortran: boolean;
	/** Where the values begin, in bytes. */
	readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Longest header read in bytes; an array of numbers needs under 200. */
const MAX_HEADER = 65_536;

/**
 * Reads the header of a .npy file, format versions 1 to 3
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 * Throws DataError, starting with `name`, for anything else and for arrays
 * of objects or records.
 */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
	if (bytes.length === 0) {
		throw new DataError("is empty (0 bytes); save it with numpy.save", name);
	}
	if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
		throw new DataError(
			"is not a .npy file (its first bytes are not those of one); save it with numpy.save",
			name,
		);
	}
	const version = bytes[6];
	const start = version === 1 ? 10 : 12;
	if (bytes.length < start) throw endsInHeader(name);
	if (version < 1 || version > 3) {
		throw new DataError(
			`has .npy version ${version}, known are 1 to 3; save it again with numpy.save`,
			name,
		);
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	const length =
		version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
	if (length > MAX_HEADER) {
		throw new DataError(
			`announces a header of ${formatCount(length)} bytes, more than the ${formatCount(MAX_HEADER)} read; save plain numbers with numpy.save`,
			name,
		);
	}
	if (bytes.length < start + length) throw endsInHeader(name);
	const encoding = version === 3 ? "utf-8" : "latin1";
	const text = new TextDecoder(encoding).decode(
		bytes.subarray(start, start + length),
	);
	return { ...parseDict(text, name), dataOffset: start + length };
}

function endsInHeader(name: string): DataError {
	return new DataError(
		"ends within its header; the file is truncated, copy or save it again",
		name,
	);
}

/** One `'key': value` of the header's Python dict, with the comma after it. */
const ENTRY =
	/\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\)|\[.*\])\s*(?:,|(?=\}))/y;

/** Reads the dict; its keys may come in any order, but these three and no others. */
function parseDict(text: string, name: string): Omit<NpyHeader, "dataOffset"> {
	const dict = text.trim();
	const values = new Map<string, string>();
	let at = dict.startsWith("{") ? 1 : 0;
	for (;;) {
		ENTRY.lastIndex = at;
		const entry = ENTRY.exec(dict);
		if (!entry) break;
		values.set(entry[2], entry[3]);
		at = ENTRY.lastIndex;
	}
	const descr = values.get("descr");
	const order = values.get("fortran_order");
	const shape = parseShape(values.get("shape") ?? "");
	const closed = dict.startsWith("{") && dict.slice(at).trim() === "}";
	const ordered = order === "True" || order === "False";
	if (!closed || values.size !== 3 || !descr || !ordered || !shape) {
		throw new DataError(
			"has a damaged .npy header; save it again with numpy.save",
			name,
		);
	}
	return { shape, fortran: order === "True", ...parseDescr(descr, name) };
}

function parseShape(text: string): number[] | undefined {
	// (), (5,) or (5, 6); a comma may end each, and (5) is no tuple in Python.
	if (!/^\(\s*(\d+L?\s*,\s*)*(\d+L?\s*)?\)$/.test(text)) return undefined;
	if (/^\(\s*\d+L?\s*\)$/.test(text)) return undefined;
	return (text.match(/\d+/g) ?? []).map(Number);
}

function parseDescr(
	descr: string,
	name: string,
): { dtype: string; little: boolean } {
	const dtype = descr.slice(1, -1);
	const records = descr.startsWith("[");
	if (records || /^[<>|=]?O/.test(dtype)) {
		throw new DataError(
			`holds ${records ? "records" : "Python objects"} instead of numbers; save an array of numbers, for example array.astype("uint8")`,
			name,
		);
	}
	return {
		dtype: dtype.replace(/^[<>|=]/, ""),
		little: !dtype.startsWith(">"),
	};
}
