import { DeviceError } from "./errors.ts";
import type { Kernel } from "./kernel.ts";

/** The compiled kernels of a device. */
export interface Pipelines {
	/** A kernel with one set of constants; compiles it where it is new. */
	get(kernel: Kernel, constants: Constants): GPUComputePipeline;
	/** Compiles it beside other work, and others at once; `get` then has it. */
	prepare(kernel: Kernel, constants: Constants): Promise<void>;
	layoutOf(kernel: Kernel): GPUBindGroupLayout;
}

type Constants = Readonly<Record<string, number>>;

/** Compiles each (kernel, constants) once: browsers do not cache equal sources. */
export function pipelineCache(device: GPUDevice): Pipelines {
	const kernels = new Map<Kernel, KernelEntry>();
	const entryOf = (kernel: Kernel) => {
		const entry = kernels.get(kernel) ?? kernelEntry(device, kernel);
		kernels.set(kernel, entry);
		return entry;
	};
	const describe = (entry: KernelEntry, constants: Constants, key: string) => ({
		label: `${entry.name} ${key}`,
		layout: entry.pipelineLayout,
		compute: { module: entry.module, entryPoint: "main", constants },
	});
	return {
		get(kernel, constants) {
			const entry = entryOf(kernel);
			const key = JSON.stringify(constants);
			let pipeline = entry.compiled.get(key);
			if (!pipeline) {
				pipeline = device.createComputePipeline(
					describe(entry, constants, key),
				);
				entry.compiled.set(key, pipeline);
			}
			return pipeline;
		},
		async prepare(kernel, constants) {
			const entry = entryOf(kernel);
			const key = JSON.stringify(constants);
			if (entry.compiled.has(key)) return;
			let coming = entry.coming.get(key);
			if (!coming) {
				coming = device.createComputePipelineAsync(
					describe(entry, constants, key),
				);
				entry.coming.set(key, coming);
			}
			try {
				entry.compiled.set(key, await coming);
			} catch (error) {
				throw new DeviceError(`kernel ${kernel.name}: ${error}`);
			}
		},
		layoutOf: (kernel) => entryOf(kernel).layout,
	};
}

interface KernelEntry {
	readonly name: string;
	readonly module: GPUShaderModule;
	readonly layout: GPUBindGroupLayout;
	readonly pipelineLayout: GPUPipelineLayout;
	readonly compiled: Map<string, GPUComputePipeline>;
	readonly coming: Map<string, Promise<GPUComputePipeline>>;
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
		name: kernel.name,
		compiled: new Map(),
		coming: new Map(),
	};
}
