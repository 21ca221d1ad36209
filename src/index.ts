/** wgrad: tensors, gradients and WebGPU kernels. The U-Net trainer is `wgrad/unet`. */
export * from "./engine/index.ts";
export * from "./kernels/index.ts";
