import { ShapeError } from "../engine/index.ts";
import type { Convention } from "./optimizers.ts";
import { randomShare, standardNormal } from "./random-numbers.ts";

/** How a parameter of a network starts. */
export type Initialiser = "heNormal" | "glorotUniform" | "zeros" | "ones";

/** Options of the initialisers that count the inputs and outputs of a weight. */
export interface FanOptions {
	/**
	 * "keras" cuts the normal ones at two deviations and widens them so that the
	 * deviation holds after the cut, and takes vectors and scalars; default
	 * "pytorch", which does neither.
	 */
	readonly convention?: Convention;
	/**
	 * Whether the shape is that of a transposed convolution, [kh, kw, out, in],
	 * and its inputs shall be counted as such. Default false: Keras and PyTorch
	 * (whose shape is [in, out, kh, kw]) both take its output channels for inputs.
	 */
	readonly transposed?: boolean;
}

/**
 * Uniform on ±sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010; Keras
 * `GlorotUniform`, PyTorch `xavier_uniform_`). Of a weight [..., in, out],
 * dense or HWIO, fanIn is in and fanOut is out, times the kernel's area (Keras
 * `compute_fans`, PyTorch `_calculate_fan_in_and_fan_out`); in is that of one
 * group. Keras counts both as the length of a vector and 1 for a scalar.
 * @throws ShapeError when the shape has no such counts.
 */
export function glorotUniform(
	shape: readonly number[],
	seed: number,
	stream: number,
	options: FanOptions = {},
): Float32Array<ArrayBuffer> {
	const [fanIn, fanOut] = fans("glorotUniform", shape, options);
	const limit = Math.sqrt(6 / (fanIn + fanOut));
	return symmetric(shape, seed, stream, limit);
}

/**
 * Normal with deviation sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010;
 * Keras `GlorotNormal`, PyTorch `xavier_normal_`). Counts and errors as `glorotUniform`.
 */
export function glorotNormal(
	shape: readonly number[],
	seed: number,
	stream: number,
	options: FanOptions = {},
): Float32Array<ArrayBuffer> {
	const [fanIn, fanOut] = fans("glorotNormal", shape, options);
	const deviation = Math.sqrt(2 / (fanIn + fanOut));
	return normals(shape, seed, stream, deviation, options);
}

/**
 * Uniform on ±sqrt(6 / fanIn), for weights before a ReLU (He et al. 2015; Keras
 * `HeUniform`, PyTorch `kaiming_uniform_`). Counts and errors as `glorotUniform`.
 */
export function heUniform(
	shape: readonly number[],
	seed: number,
	stream: number,
	options: FanOptions = {},
): Float32Array<ArrayBuffer> {
	const [fanIn] = fans("heUniform", shape, options);
	return symmetric(shape, seed, stream, Math.sqrt(6 / fanIn));
}

/**
 * Normal with deviation sqrt(2 / fanIn), for weights before a ReLU (He et al.
 * 2015; Keras `HeNormal`, PyTorch `kaiming_normal_`). Counts and errors as `glorotUniform`.
 */
export function heNormal(
	shape: readonly number[],
	seed: number,
	stream: number,
	options: FanOptions = {},
): Float32Array<ArrayBuffer> {
	const [fanIn] = fans("heNormal", shape, options);
	return normals(shape, seed, stream, Math.sqrt(2 / fanIn), options);
}

/**
 * Normal with deviation sqrt(1 / fanIn), for linear layers and SELU (LeCun et al.
 * 1998; Keras `LecunNormal`, PyTorch `kaiming_normal_` for "linear"). Counts and
 * errors as `glorotUniform`.
 */
export function lecunNormal(
	shape: readonly number[],
	seed: number,
	stream: number,
	options: FanOptions = {},
): Float32Array<ArrayBuffer> {
	const [fanIn] = fans("lecunNormal", shape, options);
	return normals(shape, seed, stream, Math.sqrt(1 / fanIn), options);
}

/** Uniform on low..high; defaults ±0.05 as Keras `RandomUniform` (PyTorch `uniform_`: 0 and 1). Takes any shape. */
export function randomUniform(
	shape: readonly number[],
	seed: number,
	stream: number,
	{ low = -0.05, high = 0.05 } = {},
): Float32Array<ArrayBuffer> {
	if (!(high >= low && Number.isFinite(high - low))) {
		throw new ShapeError(
			`randomUniform: low ${low} and high ${high} must be finite, and high at least low`,
		);
	}
	return fill(shape, (i) => low + (high - low) * randomShare(seed, stream, i));
}

/** Normal; defaults 0 and 0.05 as Keras `RandomNormal` (PyTorch `normal_`: 0 and 1). Takes any shape. */
export function randomNormal(
	shape: readonly number[],
	seed: number,
	stream: number,
	{ mean = 0, deviation = 0.05 } = {},
): Float32Array<ArrayBuffer> {
	checkNormal("randomNormal", mean, deviation);
	return fill(shape, (i) => mean + deviation * standardNormal(seed, stream, i));
}

/**
 * Normal, drawn anew beyond two deviations from the mean; defaults 0 and 0.05
 * as Keras `TruncatedNormal` (PyTorch `trunc_normal_`: 0 and 1). What is left
 * has .8796 times the deviation. Takes any shape.
 */
export function truncatedNormal(
	shape: readonly number[],
	seed: number,
	stream: number,
	{ mean = 0, deviation = 0.05 } = {},
): Float32Array<ArrayBuffer> {
	checkNormal("truncatedNormal", mean, deviation);
	const count = shape.reduce((a, b) => a * b, 1);
	return fill(shape, (i) => {
		let index = i;
		let value = standardNormal(seed, stream, index);
		while (Math.abs(value) > 2) {
			index += count;
			value = standardNormal(seed, stream, index);
		}
		return mean + deviation * value;
	});
}

/** Deviation of a normal with deviation 1 that is cut at -2 and 2; Keras's `VarianceScaling` divides by it. */
const CUT_DEVIATION = 0.87962566103423978;

function normals(
	shape: readonly number[],
	seed: number,
	stream: number,
	deviation: number,
	{ convention }: FanOptions,
): Float32Array<ArrayBuffer> {
	if (convention !== "keras") {
		return randomNormal(shape, seed, stream, { deviation });
	}
	const wider = deviation / CUT_DEVIATION;
	return truncatedNormal(shape, seed, stream, { deviation: wider });
}

function symmetric(
	shape: readonly number[],
	seed: number,
	stream: number,
	limit: number,
): Float32Array<ArrayBuffer> {
	return fill(shape, (i) => limit * (2 * randomShare(seed, stream, i) - 1));
}

/** Inputs per output of a weight, and outputs per input. */
function fans(
	name: string,
	shape: readonly number[],
	{ convention, transposed = false }: FanOptions,
): [number, number] {
	const rank = shape.length;
	if (transposed && rank !== 4) {
		throw new ShapeError(
			`${name}: a transposed convolution's weight is [kh, kw, out, in], not [${shape}]`,
		);
	}
	if (rank < 2) {
		if (convention !== "keras") {
			throw new ShapeError(
				`${name}: a weight [${shape}] has no inputs and outputs to count; give [..., in, out] or convention "keras"`,
			);
		}
		return [shape[0] ?? 1, shape[0] ?? 1];
	}
	const area = shape.slice(0, -2).reduce((a, b) => a * b, 1);
	const [into, out] = shape.slice(-2).map((channels) => area * channels);
	return transposed ? [out, into] : [into, out];
}

function checkNormal(name: string, mean: number, deviation: number): void {
	if (!(Number.isFinite(mean) && deviation >= 0 && deviation < 1 / 0)) {
		throw new ShapeError(
			`${name}: mean ${mean} and deviation ${deviation} must be finite, and the deviation at least 0`,
		);
	}
}

function fill(
	shape: readonly number[],
	value: (index: number) => number,
): Float32Array<ArrayBuffer> {
	if (!shape.every((n) => Number.isInteger(n) && n >= 1)) {
		throw new ShapeError(
			`[${shape}] is no shape to fill; each extent must be a whole number of at least 1`,
		);
	}
	const count = shape.reduce((a, b) => a * b, 1);
	return Float32Array.from({ length: count }, (_, i) => value(i));
}
