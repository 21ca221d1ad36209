import type { DType, HostArray } from "./dtype.ts";
import type { Op } from "./op.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Who does the work, in words for a person and in fields for a program. */
export interface DeviceIdentity {
	/** For example `google swiftshader (software)`. */
	readonly description: string;
	readonly vendor: string;
	readonly architecture: string;
	/** True for an adapter that runs shaders on the CPU (SwiftShader, lavapipe, WARP), and for the CPU device. */
	readonly software: boolean;
}

/** What a kernel choice may depend on. */
export interface Capabilities {
	/** Whether the adapter computes on the CPU. */
	readonly software: boolean;
	/** WebGPU's names of optional features, for example `shader-f16`. */
	readonly features: ReadonlySet<string>;
	/** Most invocations of a workgroup. */
	readonly maxInvocations: number;
	/** Most bytes of workgroup memory. */
	readonly maxWorkgroupBytes: number;
	/** Largest storage buffer binding in bytes. */
	readonly maxBindingBytes: number;
	/** Most invocations that a subgroup has, where the adapter tells. */
	readonly subgroupSize?: number | undefined;
}

/** Counters since the device was made, and memory now. */
export interface DeviceStats {
	/** Kernels run; on the CPU device ops. */
	dispatches: number;
	/** Command buffers handed to the GPU. */
	submits: number;
	/** Tensor buffers in use. */
	liveBuffers: number;
	/** Bytes of them. */
	liveBytes: number;
	/** Bytes held for reuse. */
	pooledBytes: number;
	/** Highest liveBytes + pooledBytes seen. */
	peakBytes: number;
}

/** Where tensors live and ops run. */
export interface Device {
	readonly kind: "webgpu" | "cpu";
	readonly identity: DeviceIdentity;
	readonly capabilities: Capabilities;
	readonly stats: Readonly<DeviceStats>;
	/** A new tensor holding a copy of `values`. */
	upload(values: ArrayLike<number>, shape: Shape, dtype: DType): Tensor;
	/** Runs an op whose shape rule has passed; returns its output, or the first updated input. */
	run(
		op: Op["spec"],
		inputs: readonly (Tensor | undefined)[],
		attrs: object,
		out: { shape: Shape; dtype: DType },
	): Tensor;
	/** The values now, in order with everything recorded before the call. */
	read(tensor: Tensor): Promise<HostArray>;
	/** Moves tensors side by side into one buffer, where the device has buffers. */
	pack?(tensors: readonly Tensor[]): void;
	/** Gives the tensor's memory back for reuse. */
	free(tensor: Tensor): void;
	/** Resolves when everything recorded so far has run. */
	finished(): Promise<void>;
	/** Frees the device; tensors on it become unusable. */
	destroy(): void;
}

let current: Device | undefined;

/** Makes `device` the one that `tensor()` and friends use when none is named. */
export function setDefaultDevice(device: Device | undefined): void {
	current = device;
}

/** The device set by `setDefaultDevice`. Throws when there is none. */
export function defaultDevice(): Device {
	if (!current) {
		throw new Error(
			"no default device: call setDefaultDevice(await webgpuDevice()) or setDefaultDevice(cpuDevice()) first",
		);
	}
	return current;
}
