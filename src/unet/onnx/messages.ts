// The messages of an ONNX file, as onnx.proto numbers their fields
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
import { bytes, float, join, message, text, whole } from "../protobuf.ts";

/**
 * The file's format, and the set of operators: as old as these operators allow,
 * so that old readers take the file too.
 */
const IR_VERSION = 8;
const OPSET = 15;

/** TensorProto.DataType. */
const FLOAT = 1;
const INT64 = 7;

/** An operator at work. */
export interface OnnxNode {
	readonly operator: string;
	/** Names; empty where an optional one is left out. */
	readonly inputs: readonly string[];
	readonly output: string;
	readonly attributes: readonly Uint8Array[];
}

/** A tensor that comes in or goes out; a text in the shape stands for any extent. */
export interface OnnxValue {
	readonly name: string;
	readonly shape: readonly (number | string)[];
}

/** All of a file. */
export interface OnnxFile {
	readonly nodes: readonly OnnxNode[];
	/** Tensors that belong to the file, from `floats` and `integers`. */
	readonly constants: readonly Uint8Array[];
	readonly input: OnnxValue;
	readonly output: OnnxValue;
	readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of a file. */
export function encodeOnnx(file: OnnxFile): Uint8Array<ArrayBuffer> {
	const graph = [
		...file.nodes.map((node) => message(1, ...fieldsOf(node))),
		text(2, "unet"),
		...file.constants.map((tensor) => bytes(5, tensor)),
		message(11, ...valueFields(file.input)),
		message(12, ...valueFields(file.output)),
	];
	return join([
		whole(1, IR_VERSION),
		text(2, "wgrad"),
		message(7, ...graph),
		message(8, whole(2, OPSET)),
		...Object.entries(file.metadata).map(([key, value]) =>
			message(14, text(1, key), text(2, value)),
		),
	]);
}

function fieldsOf(node: OnnxNode): Uint8Array[] {
	return [
		...node.inputs.map((name) => text(1, name)),
		text(2, node.output),
		text(3, node.output),
		text(4, node.operator),
		...node.attributes.map((attribute) => bytes(5, attribute)),
	];
}

function valueFields({ name, shape }: OnnxValue): Uint8Array[] {
	const extents = shape.map((extent) =>
		message(1, typeof extent === "number" ? whole(1, extent) : text(2, extent)),
	);
	const type = message(1, whole(1, FLOAT), message(2, ...extents));
	return [text(1, name), message(2, type)];
}

/** A constant of 32-bit floats. */
export function floats(
	name: string,
	shape: readonly number[],
	values: Float32Array,
): Uint8Array {
	const data = new DataView(new ArrayBuffer(4 * values.length));
	values.forEach((value, i) => {
		data.setFloat32(4 * i, value, true);
	});
	return constant(name, shape, FLOAT, data);
}

/** A constant of 64-bit integers: a list, as operators take extents and positions. */
export function integers(name: string, values: readonly number[]): Uint8Array {
	const data = new DataView(new ArrayBuffer(8 * values.length));
	values.forEach((value, i) => {
		data.setBigInt64(8 * i, BigInt(value), true);
	});
	return constant(name, [values.length], INT64, data);
}

function constant(
	name: string,
	shape: readonly number[],
	type: number,
	{ buffer }: DataView<ArrayBuffer>,
): Uint8Array {
	return join([
		...shape.map((extent) => whole(1, extent)),
		whole(2, type),
		text(8, name),
		bytes(9, new Uint8Array(buffer)),
	]);
}

/** Attributes of a node, by what AttributeProto.type calls them. */
export const attribute = {
	float: (name: string, value: number) =>
		join([text(1, name), float(2, value), whole(20, 1)]),
	int: (name: string, value: number) =>
		join([text(1, name), whole(3, value), whole(20, 2)]),
	string: (name: string, value: string) =>
		join([text(1, name), text(4, value), whole(20, 3)]),
	ints: (name: string, values: readonly number[]) =>
		join([text(1, name), ...values.map((v) => whole(8, v)), whole(20, 7)]),
};
