import type { DeviceStats } from "./device.ts";
import { DeviceError } from "./errors.ts";

/** Storage buffers by size class, reused without being cleared. */
export interface BufferPool {
	take(bytes: number): GPUBuffer;
	/** Counts one more user of a buffer that is in use. */
	share(buffer: GPUBuffer): GPUBuffer;
	/** One user less; the last one's buffer is free for reuse. */
	give(buffer: GPUBuffer): void;
	/** A buffer of just this size, until `drop`: tensors in it do not count, and to give it does nothing. */
	make(bytes: number): GPUBuffer;
	drop(buffer: GPUBuffer): void;
	/** Destroys what nobody uses. What was recorded with it must have been submitted. */
	trim(): void;
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
	const made = new Set<GPUBuffer>();
	const enter = (buffer: GPUBuffer) => {
		stats.liveBuffers++;
		stats.liveBytes += buffer.size;
		const bytes = stats.liveBytes + stats.pooledBytes;
		stats.peakBytes = Math.max(stats.peakBytes, bytes);
		return buffer;
	};
	const leave = (buffer: GPUBuffer) => {
		stats.liveBuffers--;
		stats.liveBytes -= buffer.size;
	};
	const pool: BufferPool = {
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
			live.set(buffer, 1);
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
			live.delete(buffer);
			leave(buffer);
			stats.pooledBytes += buffer.size;
			const list = free.get(buffer.size);
			if (list) list.push(buffer);
			else free.set(buffer.size, [buffer]);
		},
		make(bytes) {
			const buffer = create(bytes);
			made.add(buffer);
			return enter(buffer);
		},
		drop(buffer) {
			if (!made.delete(buffer)) return;
			leave(buffer);
			buffer.destroy();
		},
		trim() {
			for (const list of free.values()) for (const b of list) b.destroy();
			free.clear();
			stats.pooledBytes = 0;
		},
		destroy() {
			for (const b of made) b.destroy();
			for (const b of live.keys()) b.destroy();
			pool.trim();
		},
	};
	return pool;
}

/** Rounds up to one of eight steps per power of two, at most 256 KiB apart: little is wasted, and near sizes share buffers. */
function sizeClass(bytes: number): number {
	const step = 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3);
	const size = Math.min(Math.max(256, step), 1 << 18);
	return Math.ceil(Math.max(bytes, 1) / size) * size;
}
