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
import { ConfigError } from "./errors.ts";

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

/**
 * Captures `f` of images [N, H, W, C] and labels [N, H, W], for batches of the
 * host. It is given a batch in `parts`: images and labels of each in turn.
 * @throws ConfigError when a batch has no equal parts.
 */
export function batchStep<R extends Tree>(
	device: Device,
	f: (...parts: Tensor[]) => R,
	parts = 1,
): BatchStep<R> {
	const captured: Captured<Tensor[], R> = capture(f);
	const prepared = new Map<string, Promise<unknown>>();
	return {
		run: (batch, read) =>
			// In an object, because a scope returns no promise.
			scope(() => {
				const tensors = divided(batch, parts).flatMap((part) =>
					Object.values(uploadBatch(part, device)),
				);
				return { reading: read(captured(...tensors)) };
			}).reading,
		async prepare(shape) {
			const key = shape.join();
			const coming =
				prepared.get(key) ??
				scope(() => {
					const part = partShape(shape, parts);
					const tensors = Array.from({ length: parts }, () => [
						zeros(part, { device }),
						zeros(part.slice(0, 3), { device, dtype: "i32" }),
					]);
					return { done: captured.prepare(...tensors.flat()) };
				}).done;
			prepared.set(key, coming);
			await coming;
		},
		free: captured.free,
	};
}

/** A batch in equal parts, on the same memory. */
function divided(batch: LabelledBatch, parts: number): LabelledBatch[] {
	const { x, labels } = batch;
	const shape = partShape(batch.shape, parts);
	const [values, pixels] = [x.length / parts, labels.length / parts];
	return Array.from({ length: parts }, (_, i) => ({
		x: x.subarray(i * values, (i + 1) * values),
		labels: labels.subarray(i * pixels, (i + 1) * pixels),
		shape,
	}));
}

function partShape([n, ...rest]: BatchShape, parts: number): BatchShape {
	if (n % parts) {
		throw new ConfigError(
			`a batch of ${n} images has no ${parts} equal parts; accumulate must divide it`,
		);
	}
	return [n / parts, ...rest];
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
