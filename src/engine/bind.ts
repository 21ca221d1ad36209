import type { Region } from "./commands.ts";
import { bytesOf, type DType } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Dispatch, Kernel } from "./kernel.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { GpuParts } from "./webgpu.ts";

/** A tensor's memory as kernels bind it. */
export interface Bound extends Region {
	readonly dtype: DType;
}

/** The region that a tensor of this shape and type takes at a place. */
export function boundAt(
	{ buffer, offset }: Pick<Region, "buffer" | "offset">,
	shape: Shape,
	dtype: DType,
): Bound {
	// Kernels may declare an array of vec4f over any buffer, so at least one must fit.
	const size = Math.max(16, bytesOf(dtype, sizeOf(shape)));
	return { buffer, offset, size, dtype };
}

/**
 * Bytes of an op's output or scratch.
 * @throws DeviceError when the adapter cannot bind so many.
 */
export function bindableBytes(
	spec: { readonly name: string },
	shape: Shape,
	dtype: DType,
	limits: GPUSupportedLimits,
): number {
	const bytes = bytesOf(dtype, sizeOf(shape));
	if (bytes > limits.maxStorageBufferBindingSize) {
		throw new DeviceError(
			`${spec.name}: ${shape.join("x")} values are ${bytes} bytes, more than this adapter can bind (${limits.maxStorageBufferBindingSize}); use a smaller batch or image size`,
		);
	}
	return bytes;
}

/** The kernel that a dispatch needs for these buffers' element types, and its bind group. */
export function bind(
	gpu: GPUDevice,
	{ nothing, pipelines, storedAs }: GpuParts,
	{ kernel: written, rename }: Dispatch,
	buffers: Readonly<Record<string, Bound>>,
	params: GPUBufferBinding | undefined,
): { kernel: Kernel; group: GPUBindGroup } {
	const bufferOf = (name: string): Bound | undefined =>
		buffers[rename[name] ?? name];
	const types: Record<string, DType> = {};
	for (const { name } of written.bindings) {
		const dtype = bufferOf(name)?.dtype;
		if (dtype && dtype !== "f32") types[name] = dtype;
	}
	const kernel = storedAs(written, types);
	const group = gpu.createBindGroup({
		layout: pipelines.layoutOf(kernel),
		entries: kernel.bindings.map(({ name, binding, access }) => ({
			binding,
			resource:
				access === "uniform"
					? (params as GPUBufferBinding)
					: (bufferOf(name) ?? nothing),
		})),
	});
	return { kernel, group };
}
