import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { DataError } from "../data/errors.ts";
import { fromHalf } from "../engine/half.ts";
import { sizeOf } from "../engine/shape.ts";
import type { StoredTensor } from "../unet/index.ts";

const entry = v.object({
	name: v.string(),
	shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
	dtype: v.picklist(["float32", "int32", "bool", "complex64"]),
	quantization: v.optional(
		v.object({
			dtype: v.picklist(["float16", "uint8", "uint16"]),
			scale: v.optional(v.number(), 1),
			min: v.optional(v.number(), 0),
		}),
	),
});

const model = v.object({
	weightsManifest: v.array(
		v.object({ paths: v.array(v.string()), weights: v.array(entry) }),
	),
});

type Entry = v.InferOutput<typeof entry>;

/** Bytes of one value, as the manifest's files hold it. */
const WIDTH = {
	float32: 4,
	int32: 4,
	bool: 1,
	complex64: 8,
	float16: 2,
	uint8: 1,
	uint16: 2,
} as const;

/**
 * The float tensors of a TensorFlow.js model: `model.json` and the files its
 * `weightsManifest` names beside it
 * (https://github.com/tensorflow/tfjs/tree/master/tfjs-converter). Quantised
 * values become float32. Throws DataError naming the file at fault.
 */
export function readTfjsModel(path: string): Map<string, StoredTensor> {
	const found = v.safeParse(model, parsed(path));
	if (!found.success) {
		const [issue] = found.issues;
		const field = v.getDotPath(issue) ?? "it";
		throw new DataError(
			`is no TensorFlow.js model (${field}: ${issue.message}); give its model.json`,
			path,
		);
	}
	const tensors = new Map<string, StoredTensor>();
	for (const { paths, weights } of found.output.weightsManifest) {
		const files = paths.map((file) => join(dirname(path), file));
		const bytes = Buffer.concat(files.map(readFile));
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		let at = 0;
		for (const weight of weights) {
			const { name, shape, dtype, quantization } = weight;
			const count = sizeOf(shape);
			const end = at + count * WIDTH[quantization?.dtype ?? dtype];
			if (end > bytes.length) {
				throw new DataError(
					`ends within tensor ${name}: ${bytes.length} bytes where it needs ${end}`,
					files.join(" and "),
				);
			}
			if (dtype === "float32") {
				tensors.set(name, { shape, data: valuesOf(view, at, weight, count) });
			}
			at = end;
		}
		if (at !== bytes.length) {
			throw new DataError(
				`has ${bytes.length} bytes where ${path} names ${at}`,
				files.join(" and "),
			);
		}
	}
	return tensors;
}

function valuesOf(
	view: DataView,
	at: number,
	{ quantization }: Entry,
	count: number,
): Float32Array {
	const { dtype, scale = 1, min = 0 } = quantization ?? {};
	const each = {
		float32: (i: number) => view.getFloat32(at + 4 * i, true),
		float16: (i: number) => fromHalf(view.getUint16(at + 2 * i, true)),
		uint8: (i: number) => view.getUint8(at + i) * scale + min,
		uint16: (i: number) => view.getUint16(at + 2 * i, true) * scale + min,
	}[dtype ?? "float32"];
	return Float32Array.from({ length: count }, (_, i) => each(i));
}

function parsed(path: string): unknown {
	const text = readFile(path).toString("utf8");
	try {
		return JSON.parse(text);
	} catch {
		throw new DataError("is no JSON; give the model.json of a model", path);
	}
}

function readFile(path: string): Buffer {
	try {
		return readFileSync(path);
	} catch {
		throw new DataError("cannot be read", path);
	}
}
