/** What one library asked of WebGPU. */
export interface GpuUse {
	dispatches: number;
	submits: number;
	/** Buffers, bind groups, pipelines and whatever else a device makes, command encoders apart. */
	objects: number;
	/** Bytes of buffers that exist. */
	bytes: number;
	/** Most that there were at once. */
	peakBytes: number;
}

/** Counts what the libraries of this page or process ask of WebGPU, whatever devices they opened. */
export interface GpuMeter {
	/** From now on calls are counted for this library. */
	countFor(library: string): GpuUse;
}

/** Wraps the calls themselves, so that no library need count for itself. */
export function gpuMeter(): GpuMeter {
	const uses = new Map<string, GpuUse>();
	let current = noUse();
	const owners = new WeakMap<GPUBuffer, GpuUse>();
	before(GPUQueue.prototype, "submit", () => current.submits++);
	for (const name of [
		"dispatchWorkgroups",
		"dispatchWorkgroupsIndirect",
	] as const) {
		before(GPUComputePassEncoder.prototype, name, () => current.dispatches++);
	}
	for (const name of makersOf(GPUDevice.prototype)) {
		before(GPUDevice.prototype, name, () => current.objects++);
	}
	const { createBuffer } = GPUDevice.prototype;
	GPUDevice.prototype.createBuffer = function (descriptor) {
		const buffer = createBuffer.call(this, descriptor);
		owners.set(buffer, current);
		current.bytes += descriptor.size;
		current.peakBytes = Math.max(current.peakBytes, current.bytes);
		return buffer;
	};
	before(GPUBuffer.prototype, "destroy", (buffer) => {
		const owner = owners.get(buffer);
		if (owner) owner.bytes -= buffer.size;
		owners.delete(buffer);
	});
	return {
		countFor(library) {
			current = uses.get(library) ?? noUse();
			uses.set(library, current);
			return current;
		},
	};
}

function noUse(): GpuUse {
	return { dispatches: 0, submits: 0, objects: 0, bytes: 0, peakBytes: 0 };
}

/** Every submit needs a command encoder; all else could be kept. */
function makersOf(prototype: GPUDevice): (keyof GPUDevice)[] {
	const names = Object.getOwnPropertyNames(prototype) as (keyof GPUDevice)[];
	return names.filter((n) => /^create(?!CommandEncoder)/.test(n));
}

/** Makes a method call `note` first. */
function before<T extends object>(
	prototype: T,
	name: keyof T,
	note: (self: T) => void,
): void {
	const method = prototype[name] as (...args: unknown[]) => unknown;
	prototype[name] = function (this: T, ...args: unknown[]) {
		note(this);
		return method.apply(this, args);
	} as T[keyof T];
}
