// For the compiler only: where it knows WebGPU, so does wgrad.
import { webgpuDevice } from "wgrad";

const { gpu } = await webgpuDevice({ gpu: navigator.gpu });
export const limit: number = gpu.limits.maxBufferSize;

// @ts-expect-error: no GPU
webgpuDevice({ gpu: 3 });
