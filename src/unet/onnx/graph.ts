import type { Shape } from "../../engine/index.ts";
import { toFile } from "../checkpoint-layout.ts";
import { floats, integers, type OnnxNode } from "./messages.ts";

/** A tensor of a net that is being written down. */
export interface Traced {
	readonly name: string;
	/** As wgrad has it. */
	readonly shape: Shape;
	/** In the order of the file's axes, which of `shape` each is. */
	readonly axes: readonly number[];
	/** Of one that belongs to the net. */
	readonly values?: Float32Array;
}

/** Images: [N, H, W, C] becomes [N, C, H, W]. */
export const IMAGE = [0, 3, 1, 2];
/** Groups of channels: [N, H * W, G, C / G] becomes [N, G, C / G, H * W]. */
export const GROUPS = [0, 2, 3, 1];

/** Nodes and constants of a file, as they come. */
export interface Graph {
	readonly nodes: OnnxNode[];
	readonly constants: Map<string, Uint8Array>;
}

/** Adds a node; returns its output's name. */
export function node(
	{ nodes }: Graph,
	operator: string,
	inputs: readonly string[],
	...attributes: readonly Uint8Array[]
): string {
	const output = `${operator}.${nodes.length}`;
	nodes.push({ operator, inputs, output, attributes });
	return output;
}

/** The name of a constant that is added where it is not there yet. */
function named(
	{ constants }: Graph,
	name: string,
	make: (name: string) => Uint8Array,
): string {
	if (!constants.has(name)) constants.set(name, make(name));
	return name;
}

/** A list of whole numbers. */
export function list(graph: Graph, values: readonly number[]): string {
	return named(graph, `integers.${values.join("_")}`, (name) =>
		integers(name, values),
	);
}

/** A single number. */
export function number(graph: Graph, value: number): string {
	return named(graph, `number.${value}`, (name) =>
		floats(name, [], Float32Array.of(value)),
	);
}

/** A list of numbers. */
export function numbers(graph: Graph, values: readonly number[]): string {
	return named(graph, `numbers.${values.join("_")}`, (name) =>
		floats(name, [values.length], Float32Array.from(values)),
	);
}

/** A parameter as a convolution or a normalisation takes it: kernels in PyTorch's order. */
export function parameter(graph: Graph, t: Traced): string {
	return named(graph, t.name, (name) => {
		const { shape, data } = toFile(t.shape, valuesOf(t));
		return floats(name, shape, data);
	});
}

/** A value per channel, so that it repeats along an image's height and width. */
export function perChannel(graph: Graph, t: Traced): string {
	return named(graph, `${t.name}.per_channel`, (name) =>
		floats(name, [t.shape[0], 1, 1], valuesOf(t)),
	);
}

/** A row of a parameter [rows, C], by a name of its own. */
export function row(graph: Graph, t: Traced, at: number, part: string): string {
	const channels = t.shape[1];
	return named(graph, `${t.name}.${part}`, (name) => {
		const own = valuesOf(t).subarray(at * channels, (at + 1) * channels);
		return floats(name, [channels], own);
	});
}

function valuesOf({ name, values }: Traced): Float32Array {
	if (!values) throw new Error(`${name} is computed where a constant belongs`);
	return values;
}
