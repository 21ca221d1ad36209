import fc from "fast-check";
import { expect, test } from "vitest";
import { CheckpointError } from "../../src/unet/errors.ts";
import {
	decodeSafetensors,
	encodeSafetensors,
} from "../../src/unet/safetensors.ts";

/** A file with the given header and values. */
function file(header: unknown, values = 0): Uint8Array {
	const json = new TextEncoder().encode(
		typeof header === "string" ? header : JSON.stringify(header),
	);
	const bytes = new Uint8Array(8 + json.length + values);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
	bytes.set(json, 8);
	return bytes;
}

const entry = (shape: number[], begin: number, end: number) => ({
	dtype: "F32",
	shape,
	data_offsets: [begin, end],
});

const good = encodeSafetensors({
	metadata: new Map([["classes", "cat, dög"]]),
	tensors: new Map([
		["a", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
		["s", { shape: [], data: Float32Array.of(-0.5) }],
	]),
});

test("the bytes are those of the published format", () => {
	const view = new DataView(good.buffer);
	const length = Number(view.getBigUint64(0, true));
	expect(length % 8).toBe(0);
	const header = new TextDecoder().decode(good.subarray(8, 8 + length));
	expect(JSON.parse(header)).toEqual({
		__metadata__: { classes: "cat, dög" },
		a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
		s: { dtype: "F32", shape: [], data_offsets: [24, 28] },
	});
	expect(view.getFloat32(8 + length + 4, true)).toBe(2);
	expect(good.length).toBe(8 + length + 28);
});

test("what is written is read again, from an odd place in a buffer too", () => {
	const moved = new Uint8Array(good.length + 3).subarray(3);
	moved.set(good);
	for (const bytes of [good, moved]) {
		const { metadata, tensors } = decodeSafetensors(bytes, "x");
		expect([...metadata]).toEqual([["classes", "cat, dög"]]);
		expect(tensors.get("a")).toEqual({
			shape: [2, 3],
			data: Float32Array.of(1, 2, 3, 4, 5, 6),
		});
		expect(tensors.get("s")?.data).toEqual(Float32Array.of(-0.5));
	}
});

test.each<[string, Uint8Array, string]>([
	["empty", new Uint8Array(0), "0 bytes are too few"],
	["other bytes", new Uint8Array(64).fill(0x89), "no safetensors file"],
	["header beyond the end", file({}).subarray(0, 9), "header claims 2 bytes"],
	["not JSON", file("{oops"), "the header is not JSON"],
	["not UTF-8", file("{}").fill(0xff, 8), "the header is not JSON"],
	["not an object", file("[1]"), "not a JSON object"],
	["values cut off", good.subarray(0, good.length - 1), "file is truncated"],
	["too many values", file({ a: entry([1], 0, 4) }, 8), "belong to no tensor"],
	[
		"overlap",
		file({ a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12),
		"tensors a and b overlap",
	],
	[
		"hole",
		file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12),
		"4 bytes between a and b",
	],
	["out of range", file({ a: entry([2], 8, 16) }, 8), "tensor a ends at byte"],
	["backwards", file({ a: entry([1], 8, 4) }, 8), "needs 4 bytes but has -4"],
	["lying shape", file({ a: entry([3], 0, 8) }, 8), "needs 12 bytes but has 8"],
	["negative extent", file({ a: entry([-1, -2], 0, 8) }, 8), "no valid shape"],
	["huge shape", file({ a: entry([1e15, 1e15, 1e15], 0, 8) }, 8), "but has 8"],
	[
		"half precision",
		file({ a: { dtype: "F16", shape: [2], data_offsets: [0, 4] } }, 4),
		"tensor a has element type F16; only F32 is read",
	],
	["no entry", file({ a: null }), "element type undefined"],
	[
		"number as metadata",
		file({ __metadata__: { n: 1 } }),
		"metadata n is not a string",
	],
	["list as metadata", file({ __metadata__: [1] }), "metadata is not"],
])("%s", (_, bytes, reason) => {
	const read = () => decodeSafetensors(bytes, "run/last.safetensors");
	expect(read).toThrow(CheckpointError);
	expect(read).toThrow(reason);
	expect(read).toThrow(/^run\/last\.safetensors: [^\n]*$/);
});

test("cut or changed bytes give a valid file or CheckpointError, nothing else", () => {
	fc.assert(
		fc.property(
			fc.nat(good.length),
			fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
				maxLength: 4,
			}),
			(end, changes) => {
				const bytes = good.slice();
				for (const [at, value] of changes) bytes[at] = value;
				// Half of the files are whole: most cuts would be noticed before the header is read.
				const cut = end % 2 === 0 ? bytes : bytes.subarray(0, end);
				try {
					decodeSafetensors(cut, "x");
				} catch (error) {
					expect(error).toBeInstanceOf(CheckpointError);
				}
			},
		),
		{ numRuns: 2000 },
	);
});
