import { keep } from "./arena.ts";
import { type Device, defaultDevice } from "./device.ts";
import { type DType, dtypeOf, type HostArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** An n-dimensional array on a device. Made by `tensor`, `zeros` and by ops, never by hand. */
export class Tensor {
	/** Extents, outermost first; [] of a single number. */
	readonly shape: Shape;
	/** Element type. */
	readonly dtype: DType;
	/** Where it lives. */
	readonly device: Device;
	/** The device's handle of the memory; undefined once freed. */
	storage: unknown;

	constructor(device: Device, shape: Shape, dtype: DType, storage: unknown) {
		this.device = device;
		this.shape = shape;
		this.dtype = dtype;
		this.storage = storage;
	}

	/**
	 * Reads the values back, in row-major order: Float32Array from WebGPU,
	 * Float64Array from the CPU device, integers in their own typed arrays. The only wait in
	 * the engine; errors of earlier GPU work surface here.
	 */
	data(): Promise<HostArray> {
		return this.device.read(this);
	}

	/**
	 * Reads a tensor of one element as a number.
	 * @throws ShapeError when it has more.
	 */
	async item(): Promise<number> {
		if (sizeOf(this.shape) !== 1) {
			throw new ShapeError(
				`item(): tensor ${formatShape(this.shape)} has more than one element; use data()`,
			);
		}
		return (await this.data())[0];
	}
}

/** Numbers nested in arrays, or a typed array with an explicit shape. */
export type TensorValues = number | readonly TensorValues[] | HostArray;

/** Options of tensor constructors. */
export interface TensorOptions {
	/** Element type; default that of the values. */
	readonly dtype?: DType;
	/** Default: the default device. */
	readonly device?: Device;
}

/**
 * A tensor from nested arrays, or from a flat (typed) array and its shape.
 * Integer typed arrays keep their type (i32, u32, u8), everything else becomes f32, unless `dtype` says.
 * @throws ShapeError when the nesting is ragged or the count does not fit the shape.
 */
export function tensor(
	values: TensorValues,
	shape?: Shape,
	options: TensorOptions = {},
): Tensor {
	const flat = ArrayBuffer.isView(values) ? values : flatten(values);
	const found = ArrayBuffer.isView(values)
		? [(values as HostArray).length]
		: nesting(values);
	const to = shape ?? found;
	for (const d of to) {
		if (!Number.isInteger(d) || d < 1) {
			throw new ShapeError(
				`tensor: shape ${formatShape(to)} has an extent that is not a positive integer`,
			);
		}
	}
	if (sizeOf(to) !== flat.length) {
		throw new ShapeError(
			`tensor: ${flat.length} values do not fill shape ${formatShape(to)}, which has ${sizeOf(to)} elements`,
		);
	}
	const dtype = options.dtype ?? dtypeOf(flat);
	const device = options.device ?? defaultDevice();
	return keep(device.upload(flat, to, dtype));
}

/** A tensor of `shape` whose elements are all `value`. */
export function full(
	shape: Shape,
	value: number,
	options: TensorOptions = {},
): Tensor {
	const values = new Float64Array(sizeOf(shape));
	return tensor(values.fill(value), shape, options);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
	return full(shape, 0, options);
}

function nesting(values: TensorValues): number[] {
	if (!Array.isArray(values)) return [];
	if (values.length === 0) return [0];
	const inner = nesting(values[0]);
	for (const v of values) {
		if (nesting(v).join() !== inner.join()) {
			throw new ShapeError(
				"tensor: the nested arrays are ragged: every row needs the same length",
			);
		}
	}
	return [values.length, ...inner];
}

function flatten(values: TensorValues): number[] {
	return Array.isArray(values)
		? (values.flat(Number.POSITIVE_INFINITY) as number[])
		: [values as number];
}
