import type { PlatformGpu } from "../index.ts";

/** What an adapter says of itself, as far as kernels and memory depend on it. */
export interface AdapterProfile {
	readonly info: {
		readonly vendor: string;
		readonly architecture: string;
		readonly subgroupMaxSize?: number;
	};
	readonly features: readonly string[];
	readonly limits: {
		readonly maxBufferSize: number;
		readonly maxStorageBufferBindingSize: number;
		readonly maxStorageBuffersPerShaderStage: number;
		readonly maxComputeWorkgroupStorageSize: number;
		readonly maxComputeInvocationsPerWorkgroup: number;
	};
}

const swiftshader: AdapterProfile = {
	info: { vendor: "google", architecture: "swiftshader", subgroupMaxSize: 4 },
	features: ["subgroups"],
	limits: {
		maxBufferSize: 2 ** 30,
		maxStorageBufferBindingSize: 2 ** 30,
		maxStorageBuffersPerShaderStage: 8,
		maxComputeWorkgroupStorageSize: 32768,
		maxComputeInvocationsPerWorkgroup: 256,
	},
};

/** Adapters to reckon for: Chrome's software adapter, and what GPUs of today have. */
export const ADAPTERS = {
	swiftshader,
	gpu: {
		info: { vendor: "", architecture: "", subgroupMaxSize: 32 },
		features: ["shader-f16", "subgroups"],
		limits: {
			maxBufferSize: 2 ** 32 - 1,
			maxStorageBufferBindingSize: 2 ** 31 - 1,
			maxStorageBuffersPerShaderStage: 8,
			maxComputeWorkgroupStorageSize: 32768,
			maxComputeInvocationsPerWorkgroup: 1024,
		},
	},
} as const satisfies Record<string, AdapterProfile>;

/** The platform's constants, which Node lacks. */
const CONSTANTS = {
	GPUBufferUsage: {
		MAP_READ: 1,
		COPY_SRC: 4,
		COPY_DST: 8,
		UNIFORM: 64,
		STORAGE: 128,
		QUERY_RESOLVE: 512,
	},
	GPUMapMode: { READ: 1 },
	GPUShaderStage: { COMPUTE: 4 },
};

/**
 * A WebGPU without a GPU: buffers have a size and no memory, dispatches do
 * nothing, what is read is 0. A training on it takes the very steps that it
 * would take on such an adapter, and `device.stats` count the same bytes.
 */
export function nullGpu({
	info,
	features,
	limits,
}: AdapterProfile): PlatformGpu {
	for (const [name, value] of Object.entries(CONSTANTS)) {
		if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });
	}
	const nothing = () => ({});
	const pass = {
		setPipeline: nothing,
		setBindGroup: nothing,
		dispatchWorkgroups: nothing,
		end: nothing,
	};
	const device = {
		features: new Set(features),
		limits,
		adapterInfo: info,
		lost: new Promise(() => {}),
		addEventListener: nothing,
		queue: {
			writeBuffer: nothing,
			submit: nothing,
			onSubmittedWorkDone: async () => {},
		},
		createBuffer: ({ size }: { size: number }) => ({
			size,
			destroy: nothing,
			mapAsync: async () => {},
			getMappedRange: () => new ArrayBuffer(size),
		}),
		createBindGroupLayout: nothing,
		createBindGroup: nothing,
		createPipelineLayout: nothing,
		createShaderModule: nothing,
		createComputePipeline: nothing,
		createComputePipelineAsync: async () => ({}),
		createCommandEncoder: () => ({
			beginComputePass: () => pass,
			copyBufferToBuffer: nothing,
			finish: nothing,
		}),
		destroy: nothing,
	};
	const adapter = {
		info,
		features: device.features,
		limits,
		requestDevice: async () => device,
	};
	return { requestAdapter: async () => adapter } as unknown as PlatformGpu;
}
