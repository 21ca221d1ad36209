import { DataError, formatCount } from "./errors.ts";
import { readNpyHeader } from "./npy-header.ts";

/** The typed arrays that `.npy` files are read into. */
export type NpyData =
	| Uint8Array
	| Int8Array
	| Uint16Array
	| Int16Array
	| Uint32Array
	| Int32Array
	| Float32Array
	| Float64Array;

/** An n-dimensional array, always in C order (last dimension fastest). */
export interface NpyArray {
	/** Sizes of the dimensions; empty for a single number. */
	readonly shape: number[];
	/**
	 * The values. Half floats widen to Float32Array, 64-bit integers to
	 * Float64Array; booleans are 0 and 1.
	 */
	readonly data: NpyData;
	/** The dtype of the file without byte order: `b1`, `u1`, `i4`, `f4`, ... */
	readonly dtype: string;
}

interface Dtype {
	readonly bytes: number;
	readonly make: (length: number) => NpyData;
	readonly read: (view: DataView, at: number, little: boolean) => number;
	/** Views bytes without a copy, where the file's values need no change. */
	readonly view?: (buffer: ArrayBuffer, at: number, length: number) => NpyData;
}

const DTYPES: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
	["b1", plain(Uint8Array, (v, at) => v.getUint8(at))],
	["u1", plain(Uint8Array, (v, at) => v.getUint8(at))],
	["i1", plain(Int8Array, (v, at) => v.getInt8(at))],
	["u2", plain(Uint16Array, (v, at, le) => v.getUint16(at, le))],
	["i2", plain(Int16Array, (v, at, le) => v.getInt16(at, le))],
	["u4", plain(Uint32Array, (v, at, le) => v.getUint32(at, le))],
	["i4", plain(Int32Array, (v, at, le) => v.getInt32(at, le))],
	["f4", plain(Float32Array, (v, at, le) => v.getFloat32(at, le))],
	["f8", plain(Float64Array, (v, at, le) => v.getFloat64(at, le))],
	[
		"f2",
		{
			bytes: 2,
			make: (length) => new Float32Array(length),
			read: (v, at, le) => halfToFloat(v.getUint16(at, le)),
		},
	],
	["i8", wide((v, at, le) => v.getBigInt64(at, le))],
	["u8", wide((v, at, le) => v.getBigUint64(at, le))],
]);

interface ArrayKind {
	new (length: number): NpyData;
	new (buffer: ArrayBuffer, byteOffset: number, length: number): NpyData;
	readonly BYTES_PER_ELEMENT: number;
}

function plain(Kind: ArrayKind, read: Dtype["read"]): Dtype {
	return {
		bytes: Kind.BYTES_PER_ELEMENT,
		make: (length) => new Kind(length),
		view: (buffer, at, length) => new Kind(buffer, at, length),
		read,
	};
}

function wide(
	read: (view: DataView, at: number, little: boolean) => bigint,
): Dtype {
	return {
		bytes: 8,
		make: (length) => new Float64Array(length),
		read: (v, at, le) => Number(read(v, at, le)),
	};
}

/** IEEE 754 binary16 to a number. */
function halfToFloat(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Reads a .npy file of numbers, versions 1 to 3, either byte and memory order.
 * `name` starts the message of the DataError thrown when the file holds
 * something else, is damaged, or is not as long as its header says. The
 * values may share memory with `bytes`.
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
	const { shape, dtype, little, fortran, dataOffset } = readNpyHeader(
		bytes,
		name,
	);
	const kind = DTYPES.get(dtype);
	if (!kind) {
		throw new DataError(
			`has the dtype ${JSON.stringify(dtype)}, which is not read; save it as one of ${[...DTYPES.keys()].join(", ")}`,
			name,
		);
	}
	checkLength(shape, kind.bytes, bytes.length - dataOffset, name);
	const count = (bytes.length - dataOffset) / kind.bytes;
	const data = readValues(bytes, dataOffset, count, kind, little);
	if (dtype === "b1" && data.some((value) => value > 1)) {
		throw new DataError(
			"has boolean values other than 0 and 1; save it again with numpy.save",
			name,
		);
	}
	const lost = /^[iu]8$/.test(dtype)
		? data.find((value) => !Number.isSafeInteger(value))
		: undefined;
	if (lost !== undefined) {
		throw new DataError(
			`holds the integer ${lost}, too large to be read exactly; save it as 32-bit integers`,
			name,
		);
	}
	return { shape, data: fortran ? fortranToC(data, shape) : data, dtype };
}

/** The product may exceed 2^53: it is then inexact, yet never equals a real length. */
function checkLength(
	shape: readonly number[],
	itemBytes: number,
	available: number,
	name: string,
): void {
	const wanted = shape.includes(0)
		? 0
		: shape.reduce((bytes, size) => bytes * size, itemBytes);
	if (wanted === available) return;
	throw new DataError(
		`is ${available < wanted ? "shorter" : "longer"} than its shape (${shape.join(", ")}) says: ${formatCount(available)} bytes of data instead of ${formatCount(wanted)}; the file is truncated or damaged, save it again`,
		name,
	);
}

/** True where typed arrays have the byte order of almost every .npy file. */
const HOST_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function readValues(
	bytes: Uint8Array,
	dataOffset: number,
	count: number,
	kind: Dtype,
	little: boolean,
): NpyData {
	const at = bytes.byteOffset + dataOffset;
	const hostOrder = kind.bytes === 1 || little === HOST_LITTLE;
	// Large arrays must not be held twice: a view costs nothing.
	if (kind.view && hostOrder && at % kind.bytes === 0) {
		return kind.view(bytes.buffer as ArrayBuffer, at, count);
	}
	const view = new DataView(bytes.buffer, at);
	const data = kind.make(count);
	for (let i = 0; i < count; i++) {
		data[i] = kind.read(view, i * kind.bytes, little);
	}
	return data;
}

function fortranToC(data: NpyData, shape: readonly number[]): NpyData {
	const result = data.slice();
	const index = new Array<number>(shape.length).fill(0);
	const strides: number[] = [];
	let stride = 1;
	for (const size of shape) {
		strides.push(stride);
		stride *= size;
	}
	let from = 0;
	for (let to = 0; to < data.length; to++) {
		result[to] = data[from];
		// Counts up like an odometer, last dimension first.
		for (let d = shape.length - 1; d >= 0; d--) {
			from += strides[d];
			if (++index[d] < shape[d]) break;
			from -= strides[d] * shape[d];
			index[d] = 0;
		}
	}
	return result;
}

/**
 * Writes numbers as a .npy file, version 1, C order, little-endian.
 * Throws DataError when `shape` does not have as many places as `data` has values.
 */
export function encodeNpy(shape: readonly number[], data: NpyData): Uint8Array {
	const count = shape.reduce((product, size) => product * size, 1);
	if (count !== data.length) {
		throw new DataError(
			`the shape (${shape.join(", ")}) has ${formatCount(count)} places for ${formatCount(data.length)} values; give the array's own shape`,
		);
	}
	const header = npyHeader(shape, data);
	const bytes = new Uint8Array(header.length + data.byteLength);
	bytes.set(header);
	bytes.set(littleEndian(data), header.length);
	return bytes;
}

/** What comes before the values of a .npy file whose values have the type of `data`. */
export function npyHeader(shape: readonly number[], data: NpyData): Uint8Array {
	const size = data.BYTES_PER_ELEMENT;
	const letter = data.constructor.name.startsWith("F")
		? "f"
		: data.constructor.name.startsWith("U")
			? "u"
			: "i";
	const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
	const dict = `{'descr': '${size === 1 ? "|" : "<"}${letter}${size}', 'fortran_order': False, 'shape': (${tuple}), }`;
	// numpy pads so that the values start at a multiple of 64.
	const dataOffset = Math.ceil((10 + dict.length + 1) / 64) * 64;
	const header = `${dict.padEnd(dataOffset - 11)}\n`;
	const bytes = new Uint8Array(dataOffset);
	bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
	new DataView(bytes.buffer).setUint16(8, header.length, true);
	bytes.set(new TextEncoder().encode(header), 10);
	return bytes;
}

/** The bytes of values as .npy files have them. */
export function littleEndian(data: NpyData): Uint8Array {
	const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	const size = data.BYTES_PER_ELEMENT;
	if (HOST_LITTLE || size === 1) return values;
	const swapped = values.slice();
	for (let at = 0; at < swapped.length; at += size) {
		swapped.subarray(at, at + size).reverse();
	}
	return swapped;
}
