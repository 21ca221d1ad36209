import type { DType, HostArray, Op, Shape } from "../src/engine/index.ts";

/** How one input of a case is drawn: its shape and a generator of values from uniform numbers in [0, 1). */
export interface Draw {
	readonly shape: Shape;
	readonly dtype: DType;
	fill(random: () => number, count: number): HostArray;
}

/** One row of the table: an op, attributes, inputs, and the expected error if the call is wrong. */
export interface Case {
	readonly op: Op;
	readonly attrs: object;
	readonly inputs: Readonly<Record<string, Draw>>;
	/** Part of the message when the call must be rejected. */
	readonly error?: string;
	/** Row for the benchmark only: too large for the float64 reference and finite differences. */
	readonly bench?: true;
}

/** A correct call. */
export function row(op: Op, inputs: Case["inputs"], attrs: object = {}): Case {
	return { op, inputs, attrs };
}

/** A call that must throw an error containing `error`. */
export function fails(
	op: Op,
	inputs: Case["inputs"],
	attrs: object,
	error: string,
): Case {
	return { op, inputs, attrs, error };
}

/** A row whose speed is measured, of a size users train with. */
export function timed(
	op: Op,
	inputs: Case["inputs"],
	attrs: object = {},
): Case {
	return { op, inputs, attrs, bench: true };
}

/** Standard normal values (Box-Muller). */
export function normal(...shape: number[]): Draw {
	return draw(
		shape,
		(r) => Math.sqrt(-2 * Math.log(1 - r())) * Math.cos(2 * Math.PI * r()),
	);
}

/** Normal values pushed at least 0.1 from zero, where an op has a kink there. */
export function awayFromZero(...shape: number[]): Draw {
	return draw(shape, (r) => (r() < 0.5 ? -1 : 1) * (0.1 + 2 * r()));
}

/** Values in [low, low + width). */
export function uniform(low: number, width: number, ...shape: number[]): Draw {
	return draw(shape, (r) => low + width * r());
}

/** Values that all differ by at least 0.01, in random order, so that a maximum is never a near tie. */
export function distinct(...shape: number[]): Draw {
	return {
		shape,
		dtype: "f32",
		fill(random, count) {
			const values = Float64Array.from({ length: count }, (_, i) => i);
			for (let i = count - 1; i > 0; i--) {
				const j = Math.floor(random() * (i + 1));
				[values[i], values[j]] = [values[j], values[i]];
			}
			return values.map((v) => (v - count / 2) / 50);
		},
	};
}

/** Class ids 0 to classes-1; with `ignore`, about a fifth of them replaced by it. */
export function labels(classes: number, shape: Shape, ignore?: number): Draw {
	return {
		shape,
		dtype: "i32",
		fill: (random, count) =>
			Int32Array.from({ length: count }, () =>
				ignore !== undefined && random() < 0.2
					? ignore
					: Math.floor(random() * classes),
			),
	};
}

/** The same values stored as another element type. */
export function stored(drawn: Draw, dtype: DType): Draw {
	return { ...drawn, dtype };
}

/** Given values. */
export function exactly(values: number[], shape: Shape): Draw {
	return { shape, dtype: "f32", fill: () => Float64Array.from(values) };
}

/** Given i32 values. */
export function integers(values: number[], shape: Shape): Draw {
	return { shape, dtype: "i32", fill: () => Int32Array.from(values) };
}

function draw(shape: Shape, value: (random: () => number) => number): Draw {
	return {
		shape,
		dtype: "f32",
		fill: (random, count) =>
			Float64Array.from({ length: count }, () => Math.fround(value(random))),
	};
}
