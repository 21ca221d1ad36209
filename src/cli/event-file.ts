// TensorBoard's event files: records (TFRecord) of Event messages (Protocol
// Buffers), as TensorFlow's event.proto and summary.proto number their fields.
import { crc32c } from "../data/crc.ts";
import type { OutputFolder } from "./run-folder.ts";

/** An event file of a run folder. */
export interface EventFile {
	/** Adds values by tag; `step` is where they lie on the axis. */
	scalars(step: number, values: Readonly<Record<string, number | null>>): void;
	/** Adds a PNG. */
	image(step: number, tag: string, png: Uint8Array): void;
}

/**
 * Begins an event file. `from` is the first step to come in a run that is
 * resumed: TensorBoard then forgets what earlier files have from there on.
 */
export function openEventFile(folder: OutputFolder, from?: number): EventFile {
	const seconds = Math.floor(Date.now() / 1000);
	const name = `events.out.tfevents.${seconds}.${process.pid}.wgrad`;
	const add = (step: number, ...what: Uint8Array[]) => {
		const time = double(1, Date.now() / 1000);
		folder.append(name, record(join([time, whole(2, step), ...what])));
	};
	const values = (step: number, all: readonly Uint8Array[]) =>
		add(step, bytes(5, join(all.map((value) => bytes(1, value)))));
	add(0, text(3, "brain.Event:2"));
	if (from !== undefined) add(from, bytes(7, whole(1, SESSION_START)));
	return {
		scalars(step, found) {
			const known = Object.entries(found).filter(([, v]) => v !== null);
			values(
				step,
				known.map(([tag, v]) => join([text(1, tag), float(2, v as number)])),
			);
		},
		image(step, tag, png) {
			const head = new DataView(png.buffer, png.byteOffset);
			const picture = join([
				whole(1, head.getUint32(20)),
				whole(2, head.getUint32(16)),
				whole(3, RGB),
				bytes(4, png),
			]);
			values(step, [join([text(1, tag), bytes(4, picture)])]);
		},
	};
}

/** SessionLog.SessionStatus START. */
const SESSION_START = 1;
/** Summary.Image.colorspace. */
const RGB = 3;

/** Length, its checksum, the data, its checksum; all little-endian. */
function record(data: Uint8Array): Uint8Array {
	const head = new Uint8Array(12);
	const view = new DataView(head.buffer);
	view.setBigUint64(0, BigInt(data.length), true);
	view.setUint32(8, masked(head.subarray(0, 8)), true);
	const foot = new Uint8Array(4);
	new DataView(foot.buffer).setUint32(0, masked(data), true);
	return join([head, data, foot]);
}

/** A checksum of bytes that may hold checksums: rotated by 15 bits, and moved. */
function masked(data: Uint8Array): number {
	const crc = crc32c(data);
	return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Field of a 64-bit float. */
function double(field: number, value: number): Uint8Array {
	const data = new Uint8Array(9);
	data[0] = (field << 3) | 1;
	new DataView(data.buffer).setFloat64(1, value, true);
	return data;
}

/** Field of a 32-bit float. */
function float(field: number, value: number): Uint8Array {
	const data = new Uint8Array(5);
	data[0] = (field << 3) | 5;
	new DataView(data.buffer).setFloat32(1, value, true);
	return data;
}

/** Field of a whole number of at least 0, which is left out where it is 0. */
function whole(field: number, value: number): Uint8Array {
	if (value === 0) return new Uint8Array();
	return Uint8Array.of(field << 3, ...varint(value));
}

/** Field of bytes, or of a message. */
function bytes(field: number, data: Uint8Array): Uint8Array {
	const head = Uint8Array.of((field << 3) | 2, ...varint(data.length));
	return join([head, data]);
}

/** Field of a text. */
function text(field: number, value: string): Uint8Array {
	return bytes(field, new TextEncoder().encode(value));
}

/** Seven bits a byte, the lowest first; all but the last have the eighth bit set. */
function varint(value: number): number[] {
	const digits = [];
	let rest = value;
	for (; rest >= 128; rest = Math.floor(rest / 128)) {
		digits.push((rest % 128) + 128);
	}
	return [...digits, rest];
}

function join(parts: readonly Uint8Array[]): Uint8Array {
	return Buffer.concat(parts);
}
