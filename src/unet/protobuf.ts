// Writes Protocol Buffers (https://protobuf.dev/programming-guides/encoding/).
// Each function gives the bytes of one field; a message is its fields, joined.

/** How the value of a field is stored. */
const VARINT = 0;
const BITS_64 = 1;
const BYTES = 2;
const BITS_32 = 5;

/** Field of a 64-bit float. */
export function double(field: number, value: number): Uint8Array {
	const data = new Uint8Array(8);
	new DataView(data.buffer).setFloat64(0, value, true);
	return join([head(field, BITS_64), data]);
}

/** Field of a 32-bit float. */
export function float(field: number, value: number): Uint8Array {
	const data = new Uint8Array(4);
	new DataView(data.buffer).setFloat32(0, value, true);
	return join([head(field, BITS_32), data]);
}

/** Field of a whole number of at least 0. */
export function whole(field: number, value: number): Uint8Array {
	return join([head(field, VARINT), varint(value)]);
}

/** Field of bytes. */
export function bytes(field: number, data: Uint8Array): Uint8Array {
	return join([head(field, BYTES), varint(data.length), data]);
}

/** Field of a text. */
export function text(field: number, value: string): Uint8Array {
	return bytes(field, new TextEncoder().encode(value));
}

/** Field of a message. */
export function message(
	field: number,
	...fields: readonly Uint8Array[]
): Uint8Array {
	return bytes(field, join(fields));
}

/** The parts, one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

function head(field: number, type: number): Uint8Array {
	return varint(field * 8 + type);
}

/** Seven bits a byte, the lowest first; all but the last have the eighth bit set. */
function varint(value: number): Uint8Array {
	const digits = [];
	let rest = value;
	for (; rest >= 128; rest = Math.floor(rest / 128)) {
		digits.push((rest % 128) + 128);
	}
	return Uint8Array.of(...digits, rest);
}
