import { invalid } from "../engine/errors.ts";
import { elementGrid, single, type Variant } from "../engine/kernel.ts";
import type { NdArray } from "../engine/op.ts";
import { formatShape, type Shape, sizeOf } from "../engine/shape.ts";
import binaryKernel from "./binary.wgsl";
import { stepDigits } from "./grid.ts";

/** Dimensions that `binary.wgsl` can tell apart. */
const MAX_RANK = 4;

/** Values of `OP` in binary.wgsl. */
const OPS = {
	add: 0,
	sub: 1,
	mul: 2,
	div: 3,
	first: 4,
	minimum: 5,
	maximum: 6,
	pow: 7,
	equal: 8,
	notEqual: 9,
	less: 10,
	lessEqual: 11,
	greater: 12,
	greaterEqual: 13,
} as const;

/** What binary.wgsl computes, by name. */
export type BinaryKind = keyof typeof OPS;

/** How elements of the inputs are found from an index into the output. */
interface BroadcastPlan {
	/** Number of extents that count; 0 when every input is laid out as the output. */
	readonly rank: number;
	/** Merged extents of the output, innermost first, filled up to four. */
	readonly extents: readonly number[];
	/** Per input, the step in elements along each extent; 0 where it is repeated. */
	readonly strides: readonly (readonly number[])[];
}

/** The shape two inputs broadcast to (NumPy: aligned at the last axis, extent 1 is repeated). */
export function broadcastShape(a: Shape, b: Shape): Shape {
	const rank = Math.max(a.length, b.length);
	const y = Array.from({ length: rank }, (_, d) => {
		const [p, q] = [extent(a, d, rank), extent(b, d, rank)];
		if (p !== q && p !== 1 && q !== 1) {
			invalid(
				`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ${p} and ${q} differ and neither is 1`,
			);
		}
		return p === 1 ? q : p;
	});
	broadcastPlan(y, [a, b]);
	return y;
}

/** Merges neighbouring dimensions that all inputs step through alike. Rejects what needs more than four. */
export function broadcastPlan(
	y: Shape,
	inputs: readonly Shape[],
): BroadcastPlan {
	const steps = inputs.map((shape) => stridesIn(y, shape));
	const merged: { extent: number; strides: number[] }[] = [];
	y.forEach((size, d) => {
		if (size === 1) return;
		const strides = steps.map((s) => s[d]);
		const outer = merged.at(-1);
		if (outer?.strides.every((s, i) => s === strides[i] * size)) {
			outer.extent *= size;
			outer.strides = strides;
		} else {
			merged.push({ extent: size, strides });
		}
	});
	if (merged.length > MAX_RANK) {
		invalid(
			`broadcasting to ${formatShape(y)} alternates over more than ${MAX_RANK} dimensions`,
		);
	}
	const plain =
		merged.length === 0 ||
		(merged.length === 1 && merged[0].strides.every((s) => s === 1));
	merged.reverse();
	const fill = (values: number[], value: number) =>
		Array.from({ length: MAX_RANK }, (_, d) => values[d] ?? value);
	return {
		rank: plain ? 0 : merged.length,
		extents: fill(
			merged.map((m) => m.extent),
			1,
		),
		strides: inputs.map((_, i) =>
			fill(
				merged.map((m) => m.strides[i]),
				0,
			),
		),
	};
}

/** The launch of binary.wgsl; `first` repeats input `a` to the output's shape. */
export function launchBinary(
	op: BinaryKind,
	y: Shape,
	a: Shape,
	b: Shape,
	rename: { a?: string; b?: string } = {},
): Variant[] {
	const plan = broadcastPlan(y, [a, b]);
	const n = sizeOf(y);
	return [
		single({
			kernel: binaryKernel,
			params: {
				n,
				...digitParams(plan),
				aStrides: plan.strides[0],
				bStrides: plan.strides[1],
			},
			constants: { OP: OPS[op], RANK: plan.rank },
			grid: elementGrid(n),
			rename,
		}),
	];
}

/** The parameters by which a broadcasting kernel keeps an index in digits. */
export function digitParams({ rank, extents }: BroadcastPlan): {
	extents: readonly number[];
	step: readonly number[];
} {
	return {
		extents,
		step: [...stepDigits(extents.slice(0, Math.max(0, rank - 1))), 0, 0, 0],
	};
}

/** `x` read at every index of an output of shape `y`, repeated where it broadcasts. */
export function broadcastValues(x: NdArray, y: Shape): Float64Array {
	const strides = stridesIn(y, x.shape);
	return Float64Array.from({ length: sizeOf(y) }, (_, i) => {
		let at = 0;
		for (let d = y.length - 1, rest = i; d >= 0; d--) {
			at += (rest % y[d]) * strides[d];
			rest = Math.floor(rest / y[d]);
		}
		return x.data[at];
	});
}

/** For each axis of `y`, the step in elements of an input of `shape`; 0 where it is repeated. */
function stridesIn(y: Shape, shape: Shape): number[] {
	const strides: number[] = new Array(y.length).fill(0);
	let step = 1;
	for (let d = y.length - 1; d >= 0; d--) {
		const size = extent(shape, d, y.length);
		if (size !== 1) strides[d] = step;
		step *= size;
	}
	return strides;
}

function extent(shape: Shape, axis: number, rank: number): number {
	return shape[axis - (rank - shape.length)] ?? 1;
}
