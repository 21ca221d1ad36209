import { CheckpointError } from "./errors.ts";

/** A tensor in a file. */
export interface StoredTensor {
	readonly shape: readonly number[];
	readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface Stored {
	readonly metadata: ReadonlyMap<string, string>;
	readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The format's own limit on its header. */
const MAX_HEADER = 100_000_000;

/**
 * A safetensors file of float32 tensors
 * (https://github.com/huggingface/safetensors#format): the header's length as
 * u64, the JSON header padded with spaces to 8 bytes, the values, little-endian.
 */
export function encodeSafetensors(stored: Stored): Uint8Array<ArrayBuffer> {
	const header: Record<string, unknown> = {
		__metadata__: Object.fromEntries(stored.metadata),
	};
	let end = 0;
	for (const [name, { shape, data }] of stored.tensors) {
		const begin = end;
		end += data.byteLength;
		header[name] = { dtype: "F32", shape, data_offsets: [begin, end] };
	}
	const json = new TextEncoder().encode(JSON.stringify(header));
	const length = Math.ceil(json.length / 8) * 8;
	const bytes = new Uint8Array(8 + length + end);
	bytes.fill(0x20, 8, 8 + length);
	bytes.set(json, 8);
	const view = new DataView(bytes.buffer);
	view.setBigUint64(0, BigInt(length), true);
	let at = 8 + length;
	for (const { data } of stored.tensors.values()) {
		for (const value of data) {
			view.setFloat32(at, value, true);
			at += 4;
		}
	}
	return bytes;
}

/**
 * Reads a safetensors file of float32 tensors and checks all of it.
 * @throws CheckpointError in one sentence that starts with `name`, the file.
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): Stored {
	const bad = (reason: string): never => {
		throw new CheckpointError(`${name}: ${reason}`);
	};
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 8) {
		bad(`${bytes.length} bytes are too few for a safetensors file`);
	}
	const length = Number(view.getBigUint64(0, true));
	if (length > MAX_HEADER || 8 + length > bytes.length) {
		bad(
			`the header claims ${length} bytes in a file of ${bytes.length}; the file is truncated or no safetensors file`,
		);
	}
	const header = parseHeader(bytes.subarray(8, 8 + length), bad);
	const metadata = new Map<string, string>();
	const tensors = new Map<string, StoredTensor>();
	const extents: { name: string; begin: number; end: number }[] = [];
	for (const [key, entry] of Object.entries(header)) {
		if (key === "__metadata__") {
			if (!isObject(entry)) bad("the metadata is not a JSON object");
			for (const [k, v] of Object.entries(entry as object)) {
				if (typeof v !== "string") bad(`metadata ${k} is not a string`);
				metadata.set(k, String(v));
			}
			continue;
		}
		const { shape, begin, end } = parseEntry(key, entry, bad);
		if (8 + length + end > bytes.length) {
			bad(
				`tensor ${key} ends at byte ${8 + length + end} of ${bytes.length}; the file is truncated`,
			);
		}
		extents.push({ name: key, begin, end });
		const data = new Float32Array((end - begin) / 4);
		for (let i = 0; i < data.length; i++) {
			data[i] = view.getFloat32(8 + length + begin + 4 * i, true);
		}
		tensors.set(key, { shape, data });
	}
	checkCover(extents, bytes.length - 8 - length, bad);
	return { metadata, tensors };
}

function parseHeader(
	bytes: Uint8Array,
	bad: (reason: string) => never,
): Record<string, unknown> {
	let header: unknown;
	try {
		header = JSON.parse(
			new TextDecoder("utf-8", { fatal: true }).decode(bytes),
		);
	} catch {
		bad("the header is not JSON; the file is damaged or no safetensors file");
	}
	return isObject(header) ? header : bad("the header is not a JSON object");
}

function parseEntry(
	key: string,
	entry: unknown,
	bad: (reason: string) => never,
): { shape: readonly number[]; begin: number; end: number } {
	const { dtype, shape, data_offsets } = isObject(entry) ? entry : {};
	if (dtype !== "F32") {
		bad(`tensor ${key} has element type ${String(dtype)}; only F32 is read`);
	}
	if (
		!isCounts(shape) ||
		!isCounts(data_offsets) ||
		data_offsets.length !== 2
	) {
		return bad(`tensor ${key} has no valid shape and data_offsets`);
	}
	const [begin, end] = data_offsets;
	const size = shape.reduce((a, b) => a * b, 4);
	if (end - begin !== size) {
		bad(
			`tensor ${key} of shape [${shape}] needs ${size} bytes but has ${end - begin}`,
		);
	}
	return { shape, begin, end };
}

/** The values must be used once each: neither overlaps nor holes, as the format demands. */
function checkCover(
	extents: { name: string; begin: number; end: number }[],
	total: number,
	bad: (reason: string) => never,
): void {
	extents.sort((a, b) => a.begin - b.begin || a.end - b.end);
	let at = 0;
	let before = "the header";
	for (const { name, begin, end } of extents) {
		if (begin < at) bad(`tensors ${before} and ${name} overlap`);
		if (begin > at) {
			bad(
				`${begin - at} bytes between ${before} and ${name} belong to no tensor`,
			);
		}
		at = end;
		before = name;
	}
	if (at < total) bad(`${total - at} bytes at the end belong to no tensor`);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
	return (
		Array.isArray(value) &&
		value.every((n) => Number.isSafeInteger(n) && n >= 0)
	);
}
