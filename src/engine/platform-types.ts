// The platform's WebGPU types where the compiler knows them (lib.dom since
// TypeScript 6, @webgpu/types before). Those who use the library without
// either, in Node for example, need none.

/** `GPU`, as `navigator.gpu` and npm `webgpu` have it. */
export type PlatformGpu = typeof globalThis extends {
	GPU: { prototype: infer T };
}
	? T
	: unknown;

/** `GPUDevice`. */
export type PlatformGpuDevice = typeof globalThis extends {
	GPUDevice: { prototype: infer T };
}
	? T
	: unknown;
