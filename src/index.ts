/**
 * Tensors, gradients and WebGPU kernels. The U-Net trainer is `wgrad/unet`.
 * @module wgrad
 */
export * from "./engine/index.ts";
export * from "./kernels/index.ts";
