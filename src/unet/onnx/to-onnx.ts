import { cpuDevice, type Device, Tensor } from "../../engine/index.ts";
import { perInput } from "../../engine/op.ts";
import { softmax } from "../../kernels/index.ts";
import { ConfigError } from "../errors.ts";
import { forward } from "../forward.ts";
import type { Model, NamedTensors } from "../model.ts";
import { storedValues } from "../stored-values.ts";
import { type Graph, IMAGE, type Traced } from "./graph.ts";
import { encodeOnnx } from "./messages.ts";
import { axesOf, onnxRules } from "./rules.ts";

/** Options of `toOnnx`. */
export interface OnnxOptions {
	/** Height and width of the images in pixels; any, but the file takes no others. */
	readonly height: number;
	readonly width: number;
	/** Strings for whoever reads the file: class names, preprocessing and the like. */
	readonly metadata?: Readonly<Record<string, string>>;
}

const INPUT = "image";
const OUTPUT = "probabilities";

/**
 * A trained net as an ONNX file (https://onnx.ai), for ONNX Runtime and all else that reads
 * the format; opset 15. Input `image` has shape [batch, inChannels, height, width] and 32-bit floats, as the
 * net is trained with (pixels divided by 255, if the training did so). Output `probabilities`
 * has shape [batch, classes, height, width] and what `predict` gives. Normalisation is by running moments;
 * the metadata `unet` is the net's configuration as JSON.
 * @throws ConfigError when height or width is no positive integer or the metadata's name is taken.
 * @throws NumericError when a weight is NaN or infinite.
 */
export async function toOnnx(
	model: Model,
	{ height, width, metadata = {} }: OnnxOptions,
): Promise<Uint8Array<ArrayBuffer>> {
	for (const [name, value] of Object.entries({ height, width })) {
		if (!Number.isInteger(value) || value < 1) {
			throw new ConfigError(
				`toOnnx: ${name} is ${value} but must be a positive integer`,
			);
		}
	}
	if ("unet" in metadata) {
		throw new ConfigError(
			"toOnnx: metadata may not be called unet; that name is taken",
		);
	}
	const { config, encoder } = model;
	const graph: Graph = { nodes: [], constants: new Map() };
	const device = tracer(graph);
	const [params, state] = await Promise.all(
		[model.params, model.state].map((tensors) => moved(tensors, device)),
	);
	const shape = [1, height, width, config.inChannels];
	const x = traced(device, { name: INPUT, shape, axes: IMAGE });
	softmax(forward({ config, encoder, state }, params, x).logits);
	const last = graph.nodes.length - 1;
	graph.nodes[last] = { ...graph.nodes[last], output: OUTPUT };
	const extents = [height, width];
	return encodeOnnx({
		nodes: graph.nodes,
		constants: [...graph.constants.values()],
		input: { name: INPUT, shape: ["batch", config.inChannels, ...extents] },
		output: { name: OUTPUT, shape: ["batch", config.classes, ...extents] },
		metadata: { unet: JSON.stringify(config), ...metadata },
	});
}

/** A device that writes down what runs on it. */
function tracer(graph: Graph): Device {
	const rules = onnxRules();
	let uploads = 0;
	const device: Device = {
		...cpuDevice(),
		upload: (values, shape) =>
			traced(device, {
				name: `constant.${uploads++}`,
				shape,
				axes: [],
				values: Float32Array.from(values),
			}),
		run(spec, inputs, attrs, { shape }) {
			const rule = rules.get(spec);
			if (!rule) throw new ConfigError(`toOnnx: ${spec.name} is not supported`);
			const named = perInput(spec, inputs, (t) => t.storage as Traced);
			const x = inputs[0]?.storage as Traced;
			const y = { name: "", shape, axes: axesOf(spec, x) };
			return traced(device, { ...y, name: rule(graph, named, attrs, y) });
		},
		free() {},
	};
	return device;
}

function traced(device: Device, t: Traced): Tensor {
	return new Tensor(device, t.shape, "f32", t);
}

/** The same tensors on the tracing device. */
async function moved(
	tensors: NamedTensors,
	device: Device,
): Promise<NamedTensors> {
	const pairs = Object.entries(tensors).map(async ([name, t]) => {
		const values = await storedValues(name, t);
		return [name, traced(device, { name, shape: t.shape, axes: [], values })];
	});
	return Object.fromEntries(await Promise.all(pairs));
}
