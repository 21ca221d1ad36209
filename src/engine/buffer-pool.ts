import type { DeviceStats } from "./device.ts";
import { DeviceError } from "./errors.ts";

/** Storage buffers by size class, reused without being cleared. */
export interface BufferPool {
	take(bytes: number): GPUBuffer;
	give(buffer: GPUBuffer): void;
	destroy(): void;
}

/** Makes the pool of a device; keeps the memory counters of `stats`. */
export function bufferPool(device: GPUDevice, stats: DeviceStats): BufferPool {
	const free = new Map<number, GPUBuffer[]>();
	const live = new Set<GPUBuffer>();
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
				buffer = device.createBuffer({
					size,
					usage:
						GPUBufferUsage.STORAGE |
						GPUBufferUsage.COPY_SRC |
						GPUBufferUsage.COPY_DST,
				});
			}
			live.add(buffer);
			stats.liveBuffers++;
			stats.liveBytes += size;
			stats.peakBytes = Math.max(
				stats.peakBytes,
				stats.liveBytes + stats.pooledBytes,
			);
			return buffer;
		},
		give(buffer) {
			if (!live.delete(buffer)) return;
			stats.liveBuffers--;
			stats.liveBytes -= buffer.size;
			stats.pooledBytes += buffer.size;
			const list = free.get(buffer.size);
			if (list) list.push(buffer);
			else free.set(buffer.size, [buffer]);
		},
		destroy() {
			for (const b of live) b.destroy();
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
