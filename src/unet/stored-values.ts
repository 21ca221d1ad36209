import type { Tensor } from "../engine/index.ts";
import { NumericError } from "./errors.ts";

/**
 * The values of a tensor, to be written into a file.
 * @throws NumericError when one is NaN or infinite.
 */
export async function storedValues(
	name: string,
	t: Tensor,
): Promise<Float32Array> {
	const data = Float32Array.from(await t.data());
	if (!data.every(Number.isFinite)) {
		throw new NumericError(
			`${name} has values that are NaN or infinite, so there is nothing to save: lower the learning rate`,
		);
	}
	return data;
}
