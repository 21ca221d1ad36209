// For the compiler only: the types that a user sees.
import {
	conv2d,
	cpuDevice,
	sum,
	type Tensor,
	tensor,
	tuned,
	valueAndGrad,
	type WebgpuDevice,
	webgpuDevice,
} from "wgrad";
import { adam, train, type UnetConfig, unet } from "wgrad/unet";
import { relu } from "wgrad/wgrad.min.js";

const device = cpuDevice();
const x: Tensor = tensor([1, 2, 3, 4], [1, 2, 2, 1], { device });
const step = valueAndGrad((w: Tensor) =>
	relu(sum(conv2d(x, w, { padding: "same" }))),
);
const w = tensor([1], [1, 1, 1, 1], { device });
export const gradient: Tensor = step(w).grads;
export const model: { config: UnetConfig } = unet({
	inChannels: 1,
	classes: 2,
});
export const optimizer = { train, adam };
export const values: ArrayLike<number> = await gradient.data();

const gpu: WebgpuDevice = await webgpuDevice({ powerPreference: "low-power" });
await tuned(gpu, { effort: "fast" });

// @ts-expect-error: there is no such padding
conv2d(x, x, { padding: "some" });
