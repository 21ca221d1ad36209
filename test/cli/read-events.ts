// Reads TensorBoard's event files, for tests.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { expect } from "vitest";

/** The fields in question as TensorFlow numbers them; protobufjs does the reading. */
const field = (id: number, type: string, rule?: string) => ({ id, type, rule });
const Event = protobuf.Root.fromJSON({
	nested: {
		Event: {
			fields: {
				wallTime: field(1, "double"),
				step: field(2, "int64"),
				fileVersion: field(3, "string"),
				summary: field(5, "Summary"),
				sessionLog: field(7, "SessionLog"),
			},
		},
		SessionLog: { fields: { status: field(1, "int32") } },
		Summary: {
			fields: { value: field(1, "Value", "repeated") },
			nested: {
				Value: {
					fields: {
						tag: field(1, "string"),
						simpleValue: field(2, "float"),
						image: field(4, "Image"),
					},
				},
				Image: {
					fields: {
						height: field(1, "int32"),
						width: field(2, "int32"),
						colorspace: field(3, "int32"),
						encodedImageString: field(4, "bytes"),
					},
				},
			},
		},
	},
} as protobuf.INamespace).lookupType("Event");

/** CRC-32C bit by bit, as RFC 3720 defines it, from the highest power down. */
export function remainder(bytes: Uint8Array): number {
	const reflect = (n: number, bits: number) =>
		Number.parseInt(
			[...(n >>> 0).toString(2).padStart(bits, "0")].reverse().join(""),
			2,
		);
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc = (crc ^ (reflect(byte, 8) << 24)) >>> 0;
		for (let k = 0; k < 8; k++) {
			crc = (crc & 0x80000000 ? (crc << 1) ^ 0x1edc6f41 : crc << 1) >>> 0;
		}
	}
	return reflect(~crc, 32);
}

/** The data of a file's records, whose checksums must be right. */
function records(file: Buffer): Buffer[] {
	const found: Buffer[] = [];
	let at = 0;
	const check = (data: Uint8Array, stored: number) => {
		const rotated = BigInt.asUintN(32, BigInt(stored) - 0xa282ead8n);
		const crc = (rotated >> 17n) | (rotated << 15n);
		expect(BigInt.asUintN(32, crc)).toBe(BigInt(remainder(data)));
	};
	while (at < file.length) {
		const length = Number(file.readBigUInt64LE(at));
		check(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
		const data = file.subarray(at + 12, at + 12 + length);
		check(data, file.readUInt32LE(at + 12 + length));
		found.push(data);
		at += 16 + length;
	}
	expect(at).toBe(file.length);
	return found;
}

/** The events of a folder's only file; none may have a field that is not known. */
export function eventsIn(folder: string) {
	const names = readdirSync(folder).filter((n) => n.includes("tfevents"));
	expect(names).toEqual([
		expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.\d+\.wgrad$/),
	]);
	return records(readFileSync(join(folder, names[0]))).map((data) => {
		const event = Event.decode(data);
		expect(Buffer.from(Event.encode(event).finish())).toEqual(data);
		return Event.toObject(event, { longs: Number }) as {
			wallTime: number;
			step?: number;
			fileVersion?: string;
			sessionLog?: { status: number };
			summary?: { value: Record<string, unknown>[] };
		};
	});
}
