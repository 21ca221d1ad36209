import type { DeviceStats } from "./device.ts";
import { DeviceError } from "./errors.ts";

/** Storage buffers by size class, reused without being cleared. */
export interface BufferPool {
	take(bytes: number): GPUBuffer;
	/** Counts one more user of a buffer that is in use. */
	share(buffer: GPUBuffer): GPUBuffer;
	/** One user less; the last one's buffer is free for reuse. */
	give(buffer: GPUBuffer): void;
	/** A buffer of just this size that is not reused, until `drop`. */
	make(bytes: number): GPUBuffer;
	drop(buffer: GPUBuffer): void;
	destroy(): void;
}

/** Makes the pool of a device; keeps the memory counters of `stats`. */
export function bufferPool(device: GPUDevice, stats: DeviceStats): BufferPool {
	const free = new Map<number, GPUBuffer[]>();
	/** Buffers in use and how many tensors use each. */
	const live = new Map<GPUBuffer, number>();
	const create = (size: number) =>
		device.createBuffer({
			size,
			usage:
				GPUBufferUsage.STORAGE |
				GPUBufferUsage.COPY_SRC |
				GPUBufferUsage.COPY_DST,
		});
	const enter = (buffer: GPUBuffer) => {
		live.set(buffer, 1);
		stats.liveBuffers++;
		stats.liveBytes += buffer.size;
		const bytes = stats.liveBytes + stats.pooledBytes;
		stats.peakBytes = Math.max(stats.peakBytes, bytes);
		return buffer;
	};
	const leave = (buffer: GPUBuffer) => {
		live.delete(buffer);
		stats.liveBuffers--;
		stats.liveBytes -= buffer.size;
	};
	return {
		take(bytes) {
			if (bytes > device.limits.maxBufferSize) {
				throw new DeviceError(
					`a tensor of ${bytes} bytes exceeds this adapter's largest buffer, ${device.limits.maxBufferSize} bytes; use a smaller batch or image size`,
				);
			}
			const size = Math.min(sizeClass(bytes), device.limits.maxBufferSize);
			let buffer = free.get(size)?.pop();
			if (buffer) {
				stats.pooledBytes -= size;
			} else {
				buffer = create(size);
			}
			return enter(buffer);
		},
		share(buffer) {
			live.set(buffer, (live.get(buffer) ?? 0) + 1);
			return buffer;
		},
		give(buffer) {
			const users = live.get(buffer);
			if (users === undefined) return;
			if (users > 1) {
				live.set(buffer, users - 1);
				return;
			}
			leave(buffer);
			stats.pooledBytes += buffer.size;
			const list = free.get(buffer.size);
			if (list) list.push(buffer);
			else free.set(buffer.size, [buffer]);
		},
		make: (bytes) => enter(create(bytes)),
		drop(buffer) {
			leave(buffer);
			buffer.destroy();
		},
		destroy() {
			for (const b of live.keys()) b.destroy();
			for (const list of free.values()) for (const b of list) b.destroy();
		},
	};
}

/** Rounds up to one of eight steps per power of two: at most an eighth is wasted, and near sizes share buffers. */
function sizeClass(bytes: number): number {
	const step = Math.max(
		256,
		2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3),
	);
	return Math.ceil(Math.max(bytes, 1) / step) * step;
}
