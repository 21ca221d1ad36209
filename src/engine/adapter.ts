import type { Capabilities, DeviceIdentity } from "./device.ts";
import { DeviceError } from "./errors.ts";
import type { PlatformGpu } from "./platform-types.ts";

/** Options of `webgpuDevice`. */
export interface WebgpuOptions {
	/** Default: `navigator.gpu`. In Node, what npm `webgpu`'s `create([])` returns. */
	readonly gpu?: PlatformGpu;
	/** Which of several GPUs to take. Default: "high-performance". */
	readonly powerPreference?: "low-power" | "high-performance";
}

/** What an adapter tells of itself: `GPUAdapter.info`. */
export interface AdapterInfo {
	readonly vendor: string;
	readonly architecture: string;
	readonly device: string;
	readonly description: string;
	readonly isFallbackAdapter?: boolean;
}

/** Optional features the kernels can use, asked for where the adapter has them. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query"] as const;

/**
 * Asks for an adapter, and for a device with all it can do.
 * @throws DeviceError when there is no WebGPU or no adapter, saying what to do.
 * @internal
 */
export async function openAdapter(
	options: WebgpuOptions,
): Promise<{ device: GPUDevice; identity: DeviceIdentity }> {
	const gpu =
		options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
	if (!gpu) {
		throw new DeviceError(
			"this environment has no WebGPU (navigator.gpu is missing): use a browser with WebGPU on https or localhost, or pass { gpu } from npm webgpu in Node",
		);
	}
	const adapter = await gpu.requestAdapter({
		powerPreference: options.powerPreference ?? "high-performance",
	});
	if (!adapter) {
		throw new DeviceError(
			"WebGPU found no adapter: update the graphics driver, or allow software rendering (Chrome: --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader)",
		);
	}
	const { limits } = adapter;
	const device = await adapter.requestDevice({
		requiredFeatures: FEATURES.filter((f) => adapter.features.has(f)),
		requiredLimits: {
			maxBufferSize: limits.maxBufferSize,
			maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
			maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
			maxComputeInvocationsPerWorkgroup:
				limits.maxComputeInvocationsPerWorkgroup,
			maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
			maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
		},
	});
	return { device, identity: identify(adapter.info) };
}

/** Names an adapter and tells whether it is a software one. */
export function identify(info: AdapterInfo): DeviceIdentity {
	const words = [info.vendor, info.architecture, info.device, info.description];
	const software =
		info.isFallbackAdapter === true ||
		/swiftshader|llvmpipe|lavapipe|basic render/i.test(words.join(" "));
	const name = words.filter((w) => w).join(" ") || "unnamed adapter";
	return {
		description: software ? `${name} (software)` : name,
		vendor: info.vendor,
		architecture: info.architecture,
		software,
	};
}

/**
 * What kernels may depend on.
 * @internal
 */
export function capabilitiesOf(
	gpu: GPUDevice,
	identity: DeviceIdentity,
): Capabilities {
	return {
		software: identity.software,
		features: new Set(gpu.features as ReadonlySet<string>),
		maxInvocations: gpu.limits.maxComputeInvocationsPerWorkgroup,
		maxWorkgroupBytes: gpu.limits.maxComputeWorkgroupStorageSize,
		maxBindingBytes: gpu.limits.maxStorageBufferBindingSize,
		subgroupSize: gpu.adapterInfo?.subgroupMaxSize,
	};
}
