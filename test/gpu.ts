import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { availableDrivers, nodeGpu } from "../src/cli/node-gpu.ts";
import { type WebgpuDevice, webgpuDevice } from "../src/engine/index.ts";

/** A software WebGPU driver in Node: how to open a device on it, or why none is there. */
export type NodeDevice =
	| { name: string; open: () => Promise<WebgpuDevice>; reason?: never }
	| { name: string; open?: never; reason: string };

/** WebGPU in this process through npm `webgpu`: on SwiftShader and on Mesa's lavapipe. */
export async function gpuDevices(): Promise<NodeDevice[]> {
	const drivers = await availableDrivers();
	return drivers.map(({ name, reason }) => {
		if (reason !== undefined) return { name, reason };
		const open = async () => {
			const { gpu, globals } = await nodeGpu({ driver: name });
			Object.assign(globalThis, globals);
			return webgpuDevice({ gpu });
		};
		return { name, open };
	});
}

/**
 * Registers the tests of `body` once per driver. Where a driver is absent they
 * are one skipped test that names the reason; on CI, which installs both, one
 * that fails.
 */
export async function describeOnGpus(
	body: (open: () => Promise<WebgpuDevice>) => void,
): Promise<void> {
	for (const { name, open, reason } of await gpuDevices()) {
		if (open) describe(name, () => body(open));
		else absent(name, reason);
	}
}

/** The same with one open device, shared by the tests: `device()` inside a test. */
export async function describeOnDevices(
	body: (device: () => WebgpuDevice) => void,
): Promise<void> {
	await describeOnGpus((open) => {
		let device: WebgpuDevice;
		beforeAll(async () => {
			device = await open();
		});
		afterAll(() => device?.destroy());
		body(() => device);
	});
}

/** Registers a skipped test; its title says why, and is printed. */
export function skipped(title: string): void {
	console.warn(`skipped: ${title}`);
	test.skip(title);
}

/** Registers a skipped test with the reason, or on CI a failing one. */
export function absent(name: string, reason: string): void {
	const title = `${name} is not here: ${reason}`;
	if (process.env.CI) test(title, () => expect.fail(title));
	else skipped(title);
}
