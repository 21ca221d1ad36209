import { DeviceError } from "./errors.ts";
import type { Kernel } from "./kernel.ts";

/** A compiled kernel with one set of constants. */
export interface Pipeline {
	readonly pipeline: GPUComputePipeline;
	readonly layout: GPUBindGroupLayout;
}

/** Compiles each (kernel, constants) once: browsers do not cache equal sources. */
export function pipelineCache(
	device: GPUDevice,
): (kernel: Kernel, constants: Readonly<Record<string, number>>) => Pipeline {
	const kernels = new Map<Kernel, KernelEntry>();
	return (kernel, constants) => {
		let entry = kernels.get(kernel);
		if (!entry) {
			entry = kernelEntry(device, kernel);
			kernels.set(kernel, entry);
		}
		const key = JSON.stringify(constants);
		let compiled = entry.compiled.get(key);
		if (!compiled) {
			compiled = {
				layout: entry.layout,
				pipeline: device.createComputePipeline({
					label: `${kernel.name} ${key}`,
					layout: entry.pipelineLayout,
					compute: { module: entry.module, entryPoint: "main", constants },
				}),
			};
			entry.compiled.set(key, compiled);
		}
		return compiled;
	};
}

interface KernelEntry {
	readonly module: GPUShaderModule;
	readonly layout: GPUBindGroupLayout;
	readonly pipelineLayout: GPUPipelineLayout;
	readonly compiled: Map<string, Pipeline>;
}

function kernelEntry(device: GPUDevice, kernel: Kernel): KernelEntry {
	for (const extension of kernel.enables) {
		const feature = extension === "f16" ? "shader-f16" : extension;
		if (!device.features.has(feature as GPUFeatureName)) {
			throw new DeviceError(
				`kernel ${kernel.name} needs the adapter feature ${feature}, which this device lacks`,
			);
		}
	}
	// Explicit, because an "auto" layout drops bindings that one set of constants does not use.
	const layout = device.createBindGroupLayout({
		label: kernel.name,
		entries: kernel.bindings.map(({ binding, access }) => ({
			binding,
			visibility: GPUShaderStage.COMPUTE,
			buffer: {
				type:
					access === "uniform"
						? "uniform"
						: access === "read"
							? "read-only-storage"
							: "storage",
			},
		})),
	});
	return {
		layout,
		pipelineLayout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
		module: device.createShaderModule({
			label: kernel.name,
			code: kernel.code,
		}),
		compiled: new Map(),
	};
}
