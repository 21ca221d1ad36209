// Reads ONNX files, for tests.
import protobuf from "protobufjs";
import { expect } from "vitest";

/** The fields in question as onnx.proto numbers them; protobufjs does the reading. */
const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({
	...{ id, type, rule: "repeated" },
	// As the file format's proto2 has it.
	options: { packed: false },
});
const Model = protobuf.Root.fromJSON({
	nested: {
		Model: {
			fields: {
				irVersion: field(1, "int64"),
				producerName: field(2, "string"),
				graph: field(7, "Graph"),
				opsetImport: list(8, "OperatorSet"),
				metadataProps: list(14, "Entry"),
			},
		},
		OperatorSet: {
			fields: { domain: field(1, "string"), version: field(2, "int64") },
		},
		Entry: { fields: { key: field(1, "string"), value: field(2, "string") } },
		Graph: {
			fields: {
				node: list(1, "Node"),
				name: field(2, "string"),
				initializer: list(5, "Tensor"),
				input: list(11, "bytes"),
				output: list(12, "bytes"),
			},
		},
		Node: {
			fields: {
				input: list(1, "string"),
				output: list(2, "string"),
				name: field(3, "string"),
				opType: field(4, "string"),
				attribute: list(5, "bytes"),
			},
		},
		Tensor: {
			fields: {
				dims: list(1, "int64"),
				dataType: field(2, "int32"),
				name: field(8, "string"),
				rawData: field(9, "bytes"),
			},
		},
	},
} as protobuf.INamespace).lookupType("Model");

/** What a file says; none of its fields may be unknown. */
export function readOnnx(file: Uint8Array) {
	const model = Model.decode(file);
	expect(Buffer.from(Model.encode(model).finish()).equals(file)).toBe(true);
	return Model.toObject(model, { longs: Number }) as {
		irVersion: number;
		producerName: string;
		opsetImport: { domain: string; version: number }[];
		metadataProps: { key: string; value: string }[];
		graph: {
			node: { opType: string; input: string[]; output: string[] }[];
			initializer: { name: string; dims?: number[] }[];
		};
	};
}
