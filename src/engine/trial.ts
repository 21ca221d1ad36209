import { boundAt } from "./bind.ts";
import { bytesOf } from "./dtype.ts";
import type { Variant } from "./kernel.ts";
import { hasPassTimes, passTimes } from "./pass-times.ts";
import type { Operand, Step } from "./recording.ts";
import { sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/** A step on operands of its own, all zero, to time variants of it. */
export interface Trial {
	/** Mean time of one call in milliseconds, over so many in one submission. */
	time(variant: Variant, calls: number): Promise<number>;
	free(): void;
}

/** Allocates the operands of a step that has an output. */
export function trialOf(
	device: WebgpuDevice,
	{ spec, inputs, attrs, y }: Step & { readonly y: Operand },
): Trial {
	const { pool } = device.parts;
	const made: GPUBuffer[] = [];
	const operands = inputs.map((operand) => {
		if (!operand) return undefined;
		const { shape, dtype } = operand;
		// New buffers are zero; what the pool holds may be labels out of range, or slow denormals.
		const buffer = pool.make(Math.max(16, bytesOf(dtype, sizeOf(shape))));
		made.push(buffer);
		const region = boundAt({ buffer, offset: 0 }, shape, dtype);
		return new Tensor(device, shape, dtype, region);
	});
	const runAs = (variant: Variant) => {
		const { choose } = device;
		device.choose = () => variant;
		try {
			device.free(device.run(spec, operands, attrs, y));
		} finally {
			device.choose = choose;
		}
	};
	return {
		async time(variant, calls) {
			const run = () => {
				for (let i = 0; i < calls; i++) runAs(variant);
			};
			if (hasPassTimes(device)) {
				const passes = await passTimes(device, run);
				return passes.reduce((sum, p) => sum + p.milliseconds, 0) / calls;
			}
			await device.finished();
			const start = performance.now();
			run();
			await device.finished();
			return (performance.now() - start) / calls;
		},
		free() {
			device.submit();
			for (const buffer of made) pool.drop(buffer);
		},
	};
}
