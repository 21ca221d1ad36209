import { expect, test } from "vitest";
import { DataError } from "../../src/data/errors.ts";
import { encodeNpy, parseNpy } from "../../src/data/npy.ts";

/** Written by numpy 1.24. */
const NUMPY = {
	f2: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDYsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPgC0/3sBAAB8AIA=",
	bigF2:
		"k05VTVBZAQB2AHsnZGVzY3InOiAnPmYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDYsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo+ALQAe/8AAXwAgAA=",
	fortranBigI2:
		"k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAMAAQAEAAIABQAAQANAAUAEQAJABUAAgAOAAYAEgAKABYAAwAPAAcAEwALABc=",
	objects:
		"k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAA2NudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEAY251bXB5Cm5kYXJyYXkKcQFLAIVxAkMBYnEDh3EEUnEFKEsBSwGFcQZjbnVtcHkKZHR5cGUKcQdYAgAAAE84cQiJiIdxCVJxCihLA1gBAAAAfHELTk5OSv////9K/////0s/dHEMYoldcQ19cQ5YAQAAAGFxD0sBc2F0cRBiLg==",
	records:
		"k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJ3x1MScpLCAoJ2InLCAnPGY0JyldLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAA",
	scalar:
		"k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAAAAAAAA==",
	boolV3:
		"k05VTVBZAwB0AAAAeydkZXNjcic6ICd8YjEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAB",
	u4V2: "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8dTQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoCAAAAAwAAAA==",
};
const read = (base64: string) =>
	parseNpy(Buffer.from(base64, "base64"), "a.npy");

test("reads what numpy wrote: versions, byte and memory orders, half floats", () => {
	const halves = [1.5, -0.25, 65_504, 2 ** -24, Infinity, -0];
	expect(read(NUMPY.f2)).toEqual({
		shape: [6],
		data: Float32Array.from(halves),
		dtype: "f2",
	});
	expect(read(NUMPY.bigF2).data).toEqual(Float32Array.from(halves));
	const { shape, data } = read(NUMPY.fortranBigI2);
	expect(shape).toEqual([2, 3, 4]);
	expect(data).toEqual(Int16Array.from({ length: 24 }, (_, i) => i));
	expect(read(NUMPY.scalar)).toEqual({
		shape: [],
		data: Float64Array.of(7),
		dtype: "i8",
	});
	expect(read(NUMPY.boolV3)).toEqual({
		shape: [2, 2],
		data: Uint8Array.of(1, 0, 0, 1),
		dtype: "b1",
	});
	expect(read(NUMPY.u4V2).data).toEqual(Uint32Array.of(2, 3));
});

/** A version 1 file with this header text and data. */
function withHeader(dict: string, data: Uint8Array): Uint8Array {
	const header = Buffer.alloc(10);
	header.write("\x93NUMPY\x01\x00", "latin1");
	header.writeUInt16LE(dict.length, 8);
	return Buffer.concat([header, Buffer.from(dict, "latin1"), data]);
}
const dict = (descr: string, shape: string, order = "False") =>
	`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

test("reads every number type in both byte orders, at any alignment", () => {
	const writers: Record<
		string,
		(view: DataView, at: number, le: boolean) => void
	> = {
		u1: (v, at) => v.setUint8(at, 3),
		i1: (v, at) => v.setInt8(at, 3),
		u2: (v, at, le) => v.setUint16(at, 3, le),
		i2: (v, at, le) => v.setInt16(at, 3, le),
		u4: (v, at, le) => v.setUint32(at, 3, le),
		i4: (v, at, le) => v.setInt32(at, 3, le),
		u8: (v, at, le) => v.setBigUint64(at, 3n, le),
		i8: (v, at, le) => v.setBigInt64(at, 3n, le),
		f4: (v, at, le) => v.setFloat32(at, 3, le),
		f8: (v, at, le) => v.setFloat64(at, 3, le),
	};
	for (const [dtype, write] of Object.entries(writers)) {
		const size = Number(dtype[1]);
		for (const order of ["<", ">"]) {
			for (const pad of ["", " ", "  ", "   "]) {
				const data = new Uint8Array(2 * size);
				write(new DataView(data.buffer), size, order === "<");
				const bytes = withHeader(dict(order + dtype, "(2,)") + pad, data);
				const array = parseNpy(bytes, "a.npy");
				expect([...array.data], order + dtype).toEqual([0, 3]);
				expect(array.dtype).toBe(dtype);
			}
		}
	}
});

test("what encodeNpy writes, parseNpy reads, and values start at a multiple of 64", () => {
	for (const data of [
		Uint8Array.of(1, 2, 3, 4, 5, 6),
		Int8Array.of(-1, 2, 3, 4, 5, 6),
		Int32Array.of(-1, 2, 3, 4, 5, 1e9),
		Float32Array.of(0.5, 2, 3, 4, 5, Number.NaN),
		Float64Array.of(0.1, 2, 3, 4, 5, 6),
	]) {
		for (const shape of [[6], [2, 3], [1, 2, 3, 1]]) {
			const bytes = encodeNpy(shape, data);
			expect((bytes.length - data.byteLength) % 64).toBe(0);
			expect(parseNpy(bytes, "a")).toMatchObject({ shape, data });
		}
	}
	expect(parseNpy(encodeNpy([0, 5], new Uint8Array(0)), "a").shape).toEqual([
		0, 5,
	]);
	expect(() => encodeNpy([4], new Uint8Array(3))).toThrow(DataError);
});

test("refuses everything else in one sentence that starts with the name", () => {
	const four = new Uint8Array(4);
	const cases: [Uint8Array, RegExp][] = [
		[Buffer.from(NUMPY.objects, "base64"), /Python objects.*astype/],
		[Buffer.from(NUMPY.records, "base64"), /records/],
		[new Uint8Array(0), /is empty/],
		[Buffer.from("PK\x03\x04 zip"), /not a \.npy file/],
		[withHeader(dict("<c8", "(1,)"), four), /dtype "c8".*f4/],
		[withHeader(dict("<U1", "(1,)"), four), /header|dtype/],
		[withHeader(dict("<M8[s]", "(1,)"), four), /dtype|header/],
		[
			withHeader(dict("|u1", "(5,)"), four),
			/shorter.*\(5\).*4 bytes.*instead of 5/,
		],
		[withHeader(dict("|u1", "(3,)"), four), /longer/],
		[withHeader(dict("|u1", "(0,)"), four), /longer/],
		[withHeader(dict("<f4", "(4294967296, 4294967296)"), four), /shorter/],
		[
			withHeader(dict("|u1", "(65536, 65536, 65536, 65536, 4)"), four),
			/shorter/,
		],
		[withHeader(dict("|u1", "(4)"), four), /damaged \.npy header/],
		[withHeader(dict("|u1", "(-4,)"), four), /damaged \.npy header/],
		[withHeader(dict("|u1", "(4,,)"), four), /damaged \.npy header/],
		[withHeader(dict("|u1", "(4.0,)"), four), /damaged \.npy header/],
		[withHeader(dict("|u1", "(4,)", "Maybe"), four), /damaged \.npy header/],
		[withHeader("{'descr': '|u1', 'shape': (4,), }", four), /damaged/],
		[withHeader(`${dict("|u1", "(4,)")} + 1`, four), /damaged/],
		[
			withHeader(dict("|u1", "(4,)").replace("}", "'x': True, }"), four),
			/damaged/,
		],
		[withHeader(dict("|b1", "(4,)"), Uint8Array.of(1, 0, 2, 0)), /boolean/],
		[withHeader(dict("<i8", "(1,)"), new Uint8Array(8).fill(127)), /too large/],
	];
	for (const [bytes, message] of cases) {
		const parse = () => parseNpy(bytes, "a.npy");
		expect(parse, String(message)).toThrow(DataError);
		expect(parse).toThrow(message);
		expect(parse).toThrow(/^a\.npy: /);
	}
	const version9 = withHeader(dict("|u1", "(4,)"), four);
	version9[6] = 9;
	expect(() => parseNpy(version9, "a")).toThrow(/version 9/);
	const endless = Buffer.from(NUMPY.u4V2, "base64");
	endless.writeUInt32LE(0xffffffff, 8);
	expect(() => parseNpy(endless, "a")).toThrow(/4,294,967,295 bytes/);
});

test("every truncation of a file is an error", () => {
	const bytes = Buffer.from(NUMPY.fortranBigI2, "base64");
	for (let length = 0; length < bytes.length; length++) {
		expect(() => parseNpy(bytes.subarray(0, length), "a")).toThrow(DataError);
	}
});
