import {
	argmax,
	capture,
	type Device,
	release,
	type Tensor,
	tensor,
} from "../index.ts";
import { forward, type LabelledBatch, type Model } from "../unet/index.ts";

/** A function of images, captured, on one batch of the host after another. */
export function perBatch(device: Device, f: (x: Tensor) => Tensor) {
	const captured = capture(f);
	return {
		async run({ x, shape }: Pick<LabelledBatch, "x" | "shape">) {
			const input = tensor(x, shape, { device });
			await captured.prepare(input);
			const result = captured(input);
			const values = await result.data();
			for (const t of [input, result]) release(t);
			return values;
		},
		free: captured.free,
	};
}

/** The classes that a model finds in images, batch by batch. */
export function classesPerBatch(model: Model) {
	return perBatch(model.device, (x) =>
		argmax(forward(model, model.params, x).logits),
	);
}
