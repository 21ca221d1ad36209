import type { Kernel } from "./kernel.ts";

/** WebGPU's largest minUniformBufferOffsetAlignment: valid on every adapter. */
export const UNIFORM_SLOT = 256;
const SLOTS = 1024;

/** The uniform space of one submission: each dispatch takes a slot, all are written at once. */
export interface UniformArena {
	/** Packs parameters into a free slot; undefined when full. */
	pack(
		kernel: Kernel,
		params: Readonly<Record<string, number | readonly number[]>>,
	): GPUBufferBinding | undefined;
	/** Writes what was packed and starts over. Call right before submitting. */
	flush(queue: GPUQueue): void;
	destroy(): void;
}

/** Makes the uniform space of a device. */
export function uniformArena(device: GPUDevice): UniformArena {
	const buffer = device.createBuffer({
		label: "uniforms",
		size: UNIFORM_SLOT * SLOTS,
		usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
	});
	const host = new DataView(new ArrayBuffer(UNIFORM_SLOT * SLOTS));
	let used = 0;
	return {
		pack(kernel, params) {
			const slots = Math.ceil(kernel.paramsSize / UNIFORM_SLOT);
			if (used + slots > SLOTS) return undefined;
			const offset = used * UNIFORM_SLOT;
			used += slots;
			packParams(kernel, params, host, offset);
			return { buffer, offset, size: Math.ceil(kernel.paramsSize / 16) * 16 };
		},
		flush(queue) {
			if (used)
				queue.writeBuffer(buffer, 0, host.buffer, 0, used * UNIFORM_SLOT);
			used = 0;
		},
		destroy: () => buffer.destroy(),
	};
}

/** Writes `params` at the offsets of its fields. */
export function packParams(
	kernel: Kernel,
	params: Readonly<Record<string, number | readonly number[]>>,
	view: DataView,
	base: number,
): void {
	for (const field of kernel.params) {
		const value = params[field.name];
		for (let i = 0; i < field.count; i++) {
			const v = typeof value === "number" ? value : value[i];
			const at = base + field.offset + 4 * i;
			if (field.type === "f32") view.setFloat32(at, v, true);
			else if (field.type === "u32") view.setUint32(at, v, true);
			else view.setInt32(at, v, true);
		}
	}
}
