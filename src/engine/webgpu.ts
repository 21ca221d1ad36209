import { capabilitiesOf, openAdapter, type WebgpuOptions } from "./adapter.ts";
import { relocate } from "./arena.ts";
import { type Bound, bind, bindableBytes, boundAt } from "./bind.ts";
import { type BufferPool, bufferPool } from "./buffer-pool.ts";
import { type Commands, commandRecorder, type Region } from "./commands.ts";
import type { Device, DeviceIdentity, DeviceStats } from "./device.ts";
import { bytesOf, decode, encode as encodeValues } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Dispatch, Variant } from "./kernel.ts";
import { type AnyLaunch, firstUpdated, launchCall } from "./launch.ts";
import { bareName, type Op } from "./op.ts";
import { type Pipelines, pipelineCache } from "./pipelines.ts";
import { aligned } from "./plan.ts";
import type { PlatformGpuDevice } from "./platform-types.ts";
import type { Step } from "./recording.ts";
import { sizeOf } from "./shape.ts";
import { storedKernels } from "./stored.ts";
import { Tensor } from "./tensor.ts";
import { uniformArena } from "./uniforms.ts";

/**
 * The parts of a WebGPU device that captured steps use too.
 * @internal
 */
export interface GpuParts {
	readonly commands: Commands;
	readonly pool: BufferPool;
	readonly pipelines: Pipelines;
	readonly storedAs: ReturnType<typeof storedKernels>;
	/** Bound where an optional input is absent. */
	readonly nothing: Region;
}

/** A device on a WebGPU adapter. */
export interface WebgpuDevice extends Device {
	readonly kind: "webgpu";
	/** The `GPUDevice` that tensors of this device live on. */
	readonly gpu: PlatformGpuDevice;
	/** Picks among an op's variants for a call; the default takes the first. Tests and benchmarks replace it. */
	choose: (
		spec: Op["spec"],
		variants: readonly Variant[],
		call: AnyLaunch,
	) => Variant;
	/**
	 * Set by `tuned`: measures what a captured step will do, before its variants are chosen.
	 * @internal
	 */
	tune: ((steps: readonly Step[]) => Promise<void>) | undefined;
	/**
	 * What captured steps are made of.
	 * @internal
	 */
	readonly parts: GpuParts;
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
	const pipelines = pipelineCache(gpu);
	const storedAs = storedKernels();
	/** Bound where an optional input is absent. */
	const empty = gpu.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
	const nothing = whole(empty);
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

	const commands = commandRecorder(gpu, stats, () => uniforms.flush(gpu.queue));

	function submit(): void {
		if (failure) throw failure;
		commands.submit();
	}

	function encode(step: Dispatch, buffers: Record<string, Bound>): void {
		const { kernel: written, constants, grid } = step;
		const size = written.paramsSize;
		let params = size ? uniforms.pack(written, step.params) : undefined;
		if (size && !params) {
			submit();
			params = uniforms.pack(written, step.params);
		}
		const { kernel, group } = bind(gpu, device.parts, step, buffers, params);
		commands.dispatch(pipelines.get(kernel, constants), group, grid);
	}

	const device: WebgpuDevice = {
		kind: "webgpu",
		gpu,
		identity,
		capabilities: capabilitiesOf(gpu, identity),
		stats,
		choose: (_, variants) => variants[0],
		tune: undefined,
		parts: { commands, nothing, pipelines, pool, storedAs },
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
			return new Tensor(device, shape, dtype, whole(buffer));
		},
		run(spec, inputs, attrs, out) {
			if (failure) throw failure;
			if (spec.alias) {
				const source = inputs[spec.inputs.indexOf(spec.alias)] as Tensor;
				pool.share(bound(source).buffer);
				return new Tensor(device, out.shape, source.dtype, source.storage);
			}
			const { capabilities } = device;
			const call = launchCall(spec, inputs, attrs, out.shape, capabilities);
			const variant = device.choose(spec, spec.launch(call), call);
			const buffers: Record<string, Bound> = {};
			spec.inputs.forEach((name: string, i: number) => {
				const t = inputs[i];
				if (t) buffers[bareName(name)] = bound(t);
			});
			let y: Tensor;
			if (spec.updates) {
				y = firstUpdated<Tensor>(spec, inputs);
			} else {
				const bytes = bindableBytes(spec, out.shape, out.dtype, gpu.limits);
				const region = whole(pool.take(bytes));
				y = new Tensor(device, out.shape, out.dtype, region);
				buffers.y = bound(y);
			}
			const scratch = Object.entries(variant.scratch).map(
				([name, elements]) => {
					const bytes = bindableBytes(spec, [elements], "f32", gpu.limits);
					const buffer = pool.take(bytes);
					buffers[name] = boundAt(whole(buffer), [elements], "f32");
					return buffer;
				},
			);
			for (const step of variant.stages) encode(step, buffers);
			for (const buffer of scratch) pool.give(buffer);
			return y;
		},
		async read(tensor) {
			const region = bound(tensor);
			const { size } = region;
			const staging = gpu.createBuffer({
				size,
				usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
			});
			commands.copy(region, { buffer: staging, offset: 0, size });
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
		pack(tensors) {
			const sizes = tensors.map((t) =>
				aligned(bytesOf(t.dtype, sizeOf(t.shape))),
			);
			const total = sizes.reduce((a, b) => a + b);
			// Captured steps hold on to where tensors are: those in place stay there.
			if (areSideBySide(tensors.map(bound), sizes)) return;
			// No larger than can be bound as one.
			if (total > gpu.limits.maxStorageBufferBindingSize) return;
			const buffer = pool.take(total);
			let offset = 0;
			tensors.forEach((t, i) => {
				const from = bound(t);
				const region = { buffer, offset, size: sizes[i] };
				commands.copy(from, region);
				relocate(t, region);
				pool.give(from.buffer);
				if (i) pool.share(buffer);
				offset += sizes[i];
			});
			// Else the buffers they were in would stay beside the new one.
			submit();
			pool.trim();
		},
		free(tensor) {
			pool.give((tensor.storage as Region).buffer);
		},
		async finished() {
			submit();
			await gpu.queue.onSubmittedWorkDone();
			if (failure) throw failure;
		},
		destroy() {
			pool.destroy();
			uniforms.destroy();
			empty.destroy();
			gpu.destroy();
		},
	};
	return device;
}

function whole(buffer: GPUBuffer): Region {
	return { buffer, offset: 0, size: buffer.size };
}

function areSideBySide(
	regions: readonly Region[],
	sizes: readonly number[],
): boolean {
	const [{ buffer, offset }] = regions;
	let next = offset;
	return regions.every((region, i) => {
		const fits = region.buffer === buffer && region.offset === next;
		next += sizes[i];
		return fits;
	});
}

function bound(tensor: Tensor): Bound {
	const region = tensor.storage as Region | undefined;
	if (!region) {
		throw new DeviceError(
			"this tensor has been freed: return it from its step or scope to keep it",
		);
	}
	return boundAt(region, tensor.shape, tensor.dtype);
}
