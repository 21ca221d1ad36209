import {
	type Captured,
	capture,
	type Device,
	scope,
	type Tensor,
	type Tree,
	tensor,
	zeros,
} from "../engine/index.ts";

/** Images and their class numbers, on the host. */
export interface LabelledBatch {
	/** Network input, [N, H, W, C]. */
	readonly x: Float32Array;
	/** Class of each pixel, [N, H, W]. */
	readonly labels: Uint8Array | Int32Array;
	/** N, H, W, C. */
	readonly shape: BatchShape;
}

/** N, H, W, C. */
export type BatchShape = readonly [number, number, number, number];

/** A captured function of batches. */
export interface BatchStep<R> {
	/** Runs on a batch. `read` starts what is to be read of the result, whose memory the next run uses again. */
	run<T>(batch: LabelledBatch, read: (result: R) => T): T;
	/** Records the function for batches of this shape and compiles its kernels in parallel; at once where that is done. */
	prepare(shape: BatchShape): Promise<void>;
	/** Gives back the memory of the captured function. */
	free(): void;
}

/** Captures `f` of images [N, H, W, C] and labels [N, H, W], for batches of the host. */
export function batchStep<R extends Tree>(
	device: Device,
	f: (x: Tensor, labels: Tensor) => R,
): BatchStep<R> {
	const captured: Captured<[Tensor, Tensor], R> = capture(f);
	const prepared = new Map<string, Promise<unknown>>();
	return {
		run: (batch, read) =>
			// In an object, because a scope returns no promise.
			scope(() => {
				const { x, labels } = uploadBatch(batch, device);
				return { reading: read(captured(x, labels)) };
			}).reading,
		async prepare(shape) {
			const key = shape.join();
			const coming =
				prepared.get(key) ??
				scope(() => {
					const x = zeros(shape, { device });
					const labels = zeros(shape.slice(0, 3), { device, dtype: "i32" });
					return { done: captured.prepare(x, labels) };
				}).done;
			prepared.set(key, coming);
			await coming;
		},
		free: captured.free,
	};
}

/** A batch on a device. */
export function uploadBatch(
	{ x, labels, shape }: LabelledBatch,
	device: Device,
): { x: Tensor; labels: Tensor } {
	return {
		x: tensor(x, shape, { device }),
		labels: tensor(labels, shape.slice(0, 3), { device, dtype: "i32" }),
	};
}
