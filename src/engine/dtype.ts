import { fromHalf, toHalf } from "./half.ts";

/**
 * Element types. Kernels compute in `f32` and `i32`; `f16` (where the adapter
 * has `shader-f16`), `u32` and `u8` are ways to store them. The CPU device holds
 * floats as float64.
 */
export type DType = "f32" | "f16" | "i32" | "u32" | "u8";

/** Values of a tensor on the host. */
export type HostArray =
	| Float32Array
	| Float64Array
	| Int32Array
	| Uint32Array
	| Uint8Array;

/** Whether the type holds whole numbers. */
export function isInteger(dtype: DType): boolean {
	return dtype === "i32" || dtype === "u32" || dtype === "u8";
}

/** Bytes of `count` elements on the GPU, a whole number of 4-byte words. */
export function bytesOf(dtype: DType, count: number): number {
	const each = dtype === "u8" ? 1 : dtype === "f16" ? 2 : 4;
	return Math.ceil((each * count) / 4) * 4;
}

/** The element type that suits a host array: integer arrays keep theirs, floats become f32. */
export function dtypeOf(values: ArrayLike<number>): DType {
	if (values instanceof Uint8Array) return "u8";
	if (values instanceof Uint32Array) return "u32";
	return values instanceof Int32Array ? "i32" : "f32";
}

/** Values as the GPU stores them. */
export function encode(
	values: ArrayLike<number>,
	dtype: DType,
): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(bytesOf(dtype, values.length));
	const { buffer } = bytes;
	if (dtype === "u8") bytes.set(values);
	else if (dtype === "f16")
		new Uint16Array(buffer).set(Array.from(values, toHalf));
	else if (dtype === "f32") new Float32Array(buffer).set(values);
	else if (dtype === "i32") new Int32Array(buffer).set(values);
	else new Uint32Array(buffer).set(values);
	return bytes;
}

/** What `encode` stored, `count` elements. */
export function decode(
	buffer: ArrayBuffer,
	dtype: DType,
	count: number,
): HostArray {
	if (dtype === "u8") return new Uint8Array(buffer, 0, count);
	if (dtype === "f16")
		return Float32Array.from(new Uint16Array(buffer, 0, count), fromHalf);
	if (dtype === "f32") return new Float32Array(buffer, 0, count);
	if (dtype === "i32") return new Int32Array(buffer, 0, count);
	return new Uint32Array(buffer, 0, count);
}

/** Values as the CPU device holds them: floats in float64 (f16 rounded first), integers in their own arrays. */
export function toCpu(
	values: ArrayLike<number>,
	dtype: DType,
): Float64Array | Int32Array | Uint32Array | Uint8Array {
	if (dtype === "f16")
		return Float64Array.from(values, (v) => fromHalf(toHalf(v)));
	if (dtype === "f32") return Float64Array.from(values);
	if (dtype === "i32") return Int32Array.from(values);
	return dtype === "u32" ? Uint32Array.from(values) : Uint8Array.from(values);
}
