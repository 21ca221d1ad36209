import type { DeviceStats } from "./device.ts";
import type { Grid } from "./kernel.ts";

/** Commands recorded and not yet submitted: at most one encoder and one pass. */
export interface Commands {
	dispatch(pipeline: GPUComputePipeline, group: GPUBindGroup, grid: Grid): void;
	copy(from: Region, to: Region): void;
	/** Set by a profiler: describes a pass of its own for each dispatch. */
	eachPass:
		| ((pipeline: GPUComputePipeline) => GPUComputePassDescriptor)
		| undefined;
	/** Hands everything recorded to the queue; nothing when there is nothing. */
	submit(): void;
}

/** A part of a buffer. */
export interface Region {
	readonly buffer: GPUBuffer;
	/** In bytes, like `size`. */
	readonly offset: number;
	readonly size: number;
}

/** The command recorder of a device; `before` runs right before each submission. */
export function commandRecorder(
	gpu: GPUDevice,
	stats: DeviceStats,
	before: () => void,
): Commands {
	let encoder: GPUCommandEncoder | undefined;
	let pass: GPUComputePassEncoder | undefined;
	const endPass = () => {
		pass?.end();
		pass = undefined;
	};
	const commands: Commands = {
		eachPass: undefined,
		dispatch(pipeline, group, grid) {
			encoder ??= gpu.createCommandEncoder();
			if (commands.eachPass) endPass();
			pass ??= encoder.beginComputePass(commands.eachPass?.(pipeline));
			pass.setPipeline(pipeline);
			pass.setBindGroup(0, group);
			pass.dispatchWorkgroups(...grid);
			stats.dispatches++;
		},
		copy(from, to) {
			endPass();
			encoder ??= gpu.createCommandEncoder();
			const size = Math.min(from.size, to.size);
			encoder.copyBufferToBuffer(
				from.buffer,
				from.offset,
				to.buffer,
				to.offset,
				size,
			);
		},
		submit() {
			endPass();
			if (!encoder) return;
			before();
			gpu.queue.submit([encoder.finish()]);
			encoder = undefined;
			stats.submits++;
		},
	};
	return commands;
}
