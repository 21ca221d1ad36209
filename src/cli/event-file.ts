// TensorBoard's event files: records (TFRecord) of Event messages (Protocol
// Buffers), as TensorFlow's event.proto and summary.proto number their fields.
import { crc32c } from "../data/crc.ts";
import {
	bytes,
	double,
	float,
	join,
	message,
	text,
	whole,
} from "../unet/protobuf.ts";
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
		// A 0 is left out, as TensorFlow does.
		const at = step > 0 ? [whole(2, step)] : [];
		folder.append(name, record(join([time, ...at, ...what])));
	};
	const values = (step: number, all: readonly Uint8Array[]) =>
		add(step, message(5, ...all.map((value) => bytes(1, value))));
	add(0, text(3, "brain.Event:2"));
	if (from !== undefined) add(from, message(7, whole(1, SESSION_START)));
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
			const picture = message(
				4,
				whole(1, head.getUint32(20)),
				whole(2, head.getUint32(16)),
				whole(3, RGB),
				bytes(4, png),
			);
			values(step, [join([text(1, tag), picture])]);
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
