import { capabilitiesOf, openAdapter, type WebgpuOptions } from "./adapter.ts";
import { bufferPool } from "./buffer-pool.ts";
import type { Device, DeviceIdentity, DeviceStats } from "./device.ts";
import {
	bytesOf,
	type DType,
	decode,
	encode as encodeValues,
} from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Dispatch, Kernel, Variant } from "./kernel.ts";
import { bareName, type Op, perInput } from "./op.ts";
import { pipelineCache } from "./pipelines.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { storedAs } from "./stored.ts";
import { Tensor } from "./tensor.ts";
import { uniformArena } from "./uniforms.ts";

/** A device on a WebGPU adapter. */
export interface WebgpuDevice extends Device {
	readonly kind: "webgpu";
	readonly gpu: GPUDevice;
	/** Picks among an op's variants; the default takes the first. Tests and benchmarks replace it. */
	choose: (spec: Op["spec"], variants: readonly Variant[]) => Variant;
	/** Submits what is recorded. Reading does it by itself. */
	submit(): void;
}

/**
 * Opens a WebGPU device with the adapter's own limits.
 * @throws DeviceError when there is no WebGPU or no adapter, saying what to do.
 */
export async function webgpuDevice(
	options: WebgpuOptions = {},
): Promise<WebgpuDevice> {
	const { device, identity } = await openAdapter(options);
	return fromGpuDevice(device, identity);
}

function fromGpuDevice(gpu: GPUDevice, identity: DeviceIdentity): WebgpuDevice {
	const stats: DeviceStats = {
		dispatches: 0,
		submits: 0,
		liveBuffers: 0,
		liveBytes: 0,
		pooledBytes: 0,
		peakBytes: 0,
	};
	const pool = bufferPool(gpu, stats);
	const uniforms = uniformArena(gpu);
	const compile = pipelineCache(gpu);
	const storedKernels = new Map<Kernel, Map<string, Kernel>>();
	/** Bound where an optional input is absent. */
	const nothing = gpu.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
	let encoder: GPUCommandEncoder | undefined;
	let pass: GPUComputePassEncoder | undefined;
	let failure: DeviceError | undefined;
	gpu.addEventListener("uncapturederror", (event) => {
		failure ??= new DeviceError(`WebGPU: ${event.error.message}`);
	});
	gpu.lost.then((info) => {
		if (info.reason !== "destroyed") {
			failure = new DeviceError(
				`the WebGPU device was lost (${info.message || info.reason}); results since the last read are gone`,
			);
		}
	});

	function submit(): void {
		if (failure) throw failure;
		pass?.end();
		pass = undefined;
		if (!encoder) return;
		uniforms.flush(gpu.queue);
		gpu.queue.submit([encoder.finish()]);
		encoder = undefined;
		stats.submits++;
	}

	/** The step's kernel, for arrays that are stored otherwise than it declares them. */
	function asStored(step: Dispatch, buffers: Record<string, Bound>): Kernel {
		const types: Record<string, DType> = {};
		for (const { name } of step.kernel.bindings) {
			const dtype = buffers[step.rename[name] ?? name]?.dtype;
			if (dtype && dtype !== "f32") types[name] = dtype;
		}
		const key = JSON.stringify(types);
		if (key === "{}") return step.kernel;
		const known = storedKernels.get(step.kernel) ?? new Map<string, Kernel>();
		storedKernels.set(step.kernel, known);
		const kernel = known.get(key) ?? storedAs(step.kernel, types);
		known.set(key, kernel);
		return kernel;
	}

	function encode(step: Dispatch, buffers: Record<string, Bound>): void {
		const kernel = asStored(step, buffers);
		const { pipeline, layout } = compile(kernel, step.constants);
		let params = kernel.paramsSize
			? uniforms.pack(kernel, step.params)
			: undefined;
		if (kernel.paramsSize && !params) {
			submit();
			params = uniforms.pack(kernel, step.params);
		}
		encoder ??= gpu.createCommandEncoder();
		pass ??= encoder.beginComputePass();
		pass.setPipeline(pipeline);
		pass.setBindGroup(
			0,
			gpu.createBindGroup({
				layout,
				entries: kernel.bindings.map(({ name, binding, access }) => ({
					binding,
					resource:
						access === "uniform"
							? (params as GPUBufferBinding)
							: (buffers[step.rename[name] ?? name] ?? { buffer: nothing }),
				})),
			}),
		);
		pass.dispatchWorkgroups(...step.grid);
		stats.dispatches++;
	}

	const device: WebgpuDevice = {
		kind: "webgpu",
		gpu,
		identity,
		capabilities: capabilitiesOf(gpu, identity),
		stats,
		choose: (_, variants) => variants[0],
		submit,
		upload(values, shape, dtype) {
			if (dtype === "f16" && !gpu.features.has("shader-f16")) {
				throw new DeviceError(
					`f16 tensors need the adapter feature shader-f16, which ${identity.description} lacks; use f32`,
				);
			}
			const host = encodeValues(values, dtype);
			const buffer = pool.take(host.byteLength);
			// writeBuffer overtakes recorded commands, and those may still use this pooled buffer.
			submit();
			gpu.queue.writeBuffer(buffer, 0, host);
			return new Tensor(device, shape, dtype, buffer);
		},
		run(spec, inputs, attrs, out) {
			if (failure) throw failure;
			if (spec.alias) {
				const source = inputs[spec.inputs.indexOf(spec.alias)] as Tensor;
				const buffer = pool.share(bound(source).buffer);
				return new Tensor(device, out.shape, source.dtype, buffer);
			}
			const variants = spec.launch({
				shapes: perInput(spec, inputs, (t) => t.shape),
				y: out.shape,
				attrs,
				capabilities: device.capabilities,
			});
			const variant = device.choose(spec, variants);
			const buffers: Record<string, Bound> = {};
			spec.inputs.forEach((name: string, i: number) => {
				const t = inputs[i];
				if (t) buffers[bareName(name)] = bound(t);
			});
			let y: Tensor;
			if (spec.updates) {
				y = inputs[spec.inputs.indexOf(spec.updates[0])] as Tensor;
			} else {
				const bytes = checkBinding(spec, out.shape, out.dtype, gpu.limits);
				y = new Tensor(device, out.shape, out.dtype, pool.take(bytes));
				buffers.y = bound(y);
			}
			const scratch = Object.entries(variant.scratch).map(
				([name, elements]) => {
					const bytes = checkBinding(spec, [elements], "f32", gpu.limits);
					const buffer = pool.take(bytes);
					buffers[name] = { buffer, size: bindingSize(bytes), dtype: "f32" };
					return buffer;
				},
			);
			for (const step of variant.stages) encode(step, buffers);
			for (const buffer of scratch) pool.give(buffer);
			return y;
		},
		async read(tensor) {
			const { buffer, size } = bound(tensor);
			const staging = gpu.createBuffer({
				size,
				usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
			});
			pass?.end();
			pass = undefined;
			encoder ??= gpu.createCommandEncoder();
			encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
			submit();
			try {
				await staging.mapAsync(GPUMapMode.READ);
			} catch (error) {
				throw failure ?? new DeviceError(`reading a tensor failed: ${error}`);
			}
			if (failure) throw failure;
			const bytes = staging.getMappedRange().slice(0);
			staging.destroy();
			return decode(bytes, tensor.dtype, sizeOf(tensor.shape));
		},
		free(tensor) {
			pool.give(tensor.storage as GPUBuffer);
		},
		async finished() {
			submit();
			await gpu.queue.onSubmittedWorkDone();
			if (failure) throw failure;
		},
		destroy() {
			pool.destroy();
			uniforms.destroy();
			nothing.destroy();
			gpu.destroy();
		},
	};
	return device;
}

interface Bound {
	readonly buffer: GPUBuffer;
	readonly size: number;
	readonly dtype: DType;
}

function bound(tensor: Tensor): Bound {
	const buffer = tensor.storage as GPUBuffer | undefined;
	if (!buffer) {
		throw new DeviceError(
			"this tensor has been freed: return it from its step or scope to keep it",
		);
	}
	const { dtype, shape } = tensor;
	return { buffer, size: bindingSize(bytesOf(dtype, sizeOf(shape))), dtype };
}

/** Kernels may declare an array of vec4f over any buffer, so at least one must fit. */
function bindingSize(bytes: number): number {
	return Math.max(16, bytes);
}

function checkBinding(
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
