import { type Tensor, tensor } from "../engine/tensor.ts";
import { broadcastTo } from "./reduce.ts";

/** A scalar on the device of `like`. */
export function constant(like: Tensor, value: number): Tensor {
	return tensor(value, [], { device: like.device });
}

/** Zeros of the shape and on the device of `like`. */
export function zerosLike(like: Tensor): Tensor {
	return broadcastTo(constant(like, 0), { shape: like.shape });
}
