import type { Op, PerInput } from "../../engine/index.ts";
import { geometry } from "../../kernels/conv2d-geometry.ts";
import {
	add,
	avgPool,
	concat,
	conv2d,
	conv2dInputGrad,
	crop,
	leakyRelu,
	maxPool,
	mean,
	mul,
	normalize,
	pad,
	relu,
	relu6,
	reshape,
	rsqrt,
	softmax,
	sub,
	upsampleBilinear,
	upsampleNearest,
} from "../../kernels/index.ts";
import { type Pads, pair, resolvePadding } from "../../kernels/padding.ts";
import type { PoolAttrs } from "../../kernels/pool-window.ts";
import { MOMENTS } from "../checkpoint-layout.ts";
import {
	GROUPS,
	type Graph,
	IMAGE,
	list,
	node,
	number,
	numbers,
	parameter,
	perChannel,
	row,
	type Traced,
} from "./graph.ts";
import { attribute } from "./messages.ts";

/** What a call of an op becomes: adds nodes and returns the output's name. */
export type Rule = (
	graph: Graph,
	inputs: Readonly<Record<string, Traced | undefined>>,
	attrs: object,
	y: Traced,
) => string;

/** How the ops that a net consists of are written in ONNX. */
export function onnxRules(): Map<Op["spec"], Rule> {
	return new Map([
		rule(conv2d, (graph, { x, w, b }, attrs, y) => {
			const g = geometry(x.shape, kernelOf(w), y.shape[3], attrs);
			const inputs = [x.name, ...[w, ...(b ? [b] : [])].map(of(graph))];
			return node(graph, "Conv", inputs, ...windowOf(g));
		}),
		rule(conv2dInputGrad, (graph, { dy, w }, attrs, y) => {
			const g = geometry(y.shape, kernelOf(w), dy.shape[3], attrs);
			const left = (at: 0 | 1, pads: number) =>
				y.shape[1 + at] +
				pads -
				(dy.shape[1 + at] - 1) * g.stride[at] -
				g.dilation[at] * (g.kernel[at] - 1) -
				1;
			return node(
				graph,
				"ConvTranspose",
				[dy.name, parameter(graph, w)],
				...windowOf(g),
				attribute.ints("output_padding", [
					left(0, g.top + g.bottom),
					left(1, g.left + g.right),
				]),
			);
		}),
		rule(normalize, (graph, { x, moments, gamma, beta }, { epsilon }) => {
			const affine = [gamma, beta].map(of(graph));
			const running = MOMENTS.map((part, i) => row(graph, moments, i, part));
			return node(
				graph,
				"BatchNormalization",
				[x.name, ...affine, ...running],
				attribute.float("epsilon", epsilon),
			);
		}),
		rule(
			add,
			(graph, { a, b }) => withBias(graph, a, b) ?? binary(graph, "Add", a, b),
		),
		rule(sub, (graph, { a, b }) => binary(graph, "Sub", a, b)),
		rule(mul, (graph, { a, b }) => binary(graph, "Mul", a, b)),
		rule(rsqrt, (graph, { x }, { epsilon }) => {
			const above = node(graph, "Add", [x.name, number(graph, epsilon)]);
			return node(graph, "Reciprocal", [node(graph, "Sqrt", [above])]);
		}),
		rule(mean, (graph, { x }, { axes }) => {
			const all = axes === "all" ? x.axes : axes;
			const places = all.map((axis) => placeOf(x, axis));
			return node(
				graph,
				"ReduceMean",
				[x.name],
				attribute.ints("axes", places),
			);
		}),
		rule(reshape, (graph, { x }, _, y) => {
			const extents = y.axes.map((axis) => y.shape[axis]);
			// 0: as it was, so that a batch has any size.
			return node(graph, "Reshape", [
				x.name,
				list(graph, [0, ...extents.slice(1)]),
			]);
		}),
		rule(relu, (graph, { x }) => node(graph, "Relu", [x.name])),
		rule(relu6, (graph, { x }) =>
			node(graph, "Clip", [x.name, number(graph, 0), number(graph, 6)]),
		),
		rule(leakyRelu, (graph, { x }, { slope }) =>
			node(graph, "LeakyRelu", [x.name], attribute.float("alpha", slope)),
		),
		rule(maxPool, (graph, { x }, attrs) =>
			node(graph, "MaxPool", [x.name], ...poolWindow(x, attrs)),
		),
		rule(avgPool, (graph, { x }, attrs) =>
			node(graph, "AveragePool", [x.name], ...poolWindow(x, attrs)),
		),
		rule(concat, (graph, { a, b }, { axis }) =>
			node(graph, "Concat", [a.name, b.name], axisOf(a, axis)),
		),
		rule(softmax, (graph, { x }, { axis }) =>
			node(graph, "Softmax", [x.name], axisOf(x, axis)),
		),
		rule(pad, (graph, { x }, { padding: [top, bottom, left, right], value }) =>
			node(graph, "Pad", [
				x.name,
				list(graph, [0, 0, top, left, 0, 0, bottom, right]),
				number(graph, value),
			]),
		),
		rule(crop, (graph, { x }, { padding: [top, , left] }, y) =>
			node(graph, "Slice", [
				x.name,
				list(graph, [top, left]),
				list(graph, [top + y.shape[1], left + y.shape[2]]),
				list(graph, [2, 3]),
			]),
		),
		rule(upsampleNearest, (graph, { x }, _, y) =>
			resized(graph, x, y, {
				mode: "nearest",
				coordinate_transformation_mode: "asymmetric",
				nearest_mode: "floor",
			}),
		),
		rule(upsampleBilinear, (graph, { x }, _, y) =>
			resized(graph, x, y, {
				mode: "linear",
				coordinate_transformation_mode: "half_pixel",
			}),
		),
	]);
}

function rule<I extends readonly string[], A extends object>(
	{ spec }: Op<I, A>,
	write: (
		graph: Graph,
		inputs: PerInput<I, Traced>,
		attrs: A,
		y: Traced,
	) => string,
): [Op["spec"], Rule] {
	return [spec as unknown as Op["spec"], write as unknown as Rule];
}

const of = (graph: Graph) => (t: Traced) => parameter(graph, t);

const kernelOf = ({ shape }: Traced) => [shape[0], shape[1]] as const;

function windowOf(
	g: Pads & {
		readonly kernel: readonly number[];
		readonly stride: readonly number[];
		readonly dilation?: readonly number[];
		readonly groups?: number;
	},
): Uint8Array[] {
	const { kernel, stride, dilation, groups } = g;
	return [
		attribute.ints("kernel_shape", kernel),
		attribute.ints("strides", stride),
		attribute.ints("pads", [g.top, g.left, g.bottom, g.right]),
		...(dilation ? [attribute.ints("dilations", dilation)] : []),
		...(groups ? [attribute.int("group", groups)] : []),
	];
}

function poolWindow({ shape }: Traced, attrs: PoolAttrs): Uint8Array[] {
	const [kernel, stride] = [pair(attrs.size), pair(attrs.stride)];
	const extents = [shape[1], shape[2]] as const;
	const pads = resolvePadding(attrs.padding, extents, kernel, stride, [1, 1]);
	return windowOf({ ...pads, kernel, stride });
}

/** The sum as the bias of the transposed convolution that has just been written; undefined where it is no bias. */
function withBias(graph: Graph, a: Traced, b: Traced): string | undefined {
	const last = graph.nodes[graph.nodes.length - 1];
	if (
		!b.values ||
		last?.operator !== "ConvTranspose" ||
		last.output !== a.name
	) {
		return undefined;
	}
	const inputs = [...last.inputs, parameter(graph, b)];
	graph.nodes[graph.nodes.length - 1] = { ...last, inputs };
	return a.name;
}

function binary(graph: Graph, operator: string, a: Traced, b: Traced): string {
	const inputs = [a, b].map((t) => (t.values ? perChannel(graph, t) : t.name));
	return node(graph, operator, inputs);
}

function resized(
	graph: Graph,
	x: Traced,
	y: Traced,
	how: Readonly<Record<string, string>>,
): string {
	const scales = IMAGE.map((axis) => y.shape[axis] / x.shape[axis]);
	return node(
		graph,
		"Resize",
		[x.name, "", numbers(graph, scales)],
		...Object.entries(how).map(([name, value]) =>
			attribute.string(name, value),
		),
	);
}

function axisOf(x: Traced, axis: number): Uint8Array {
	return attribute.int("axis", placeOf(x, axis));
}

/** Where the file has an axis; negative ones count from the last. */
function placeOf({ axes }: Traced, axis: number): number {
	return axes.indexOf(axis < 0 ? axis + axes.length : axis);
}

/** The order of a result's axes: that of its inputs, but a reshape goes from images to groups and back. */
export function axesOf(spec: Op["spec"], x: Traced): readonly number[] {
	if (spec.name !== reshape.spec.name) return x.axes;
	return x.axes === IMAGE ? GROUPS : IMAGE;
}
