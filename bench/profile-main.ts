import { webgpuDevice } from "../src/engine/index.ts";
import { profileStep, type StepProfile } from "./profile-step.ts";
import type { BenchOptions } from "./report.ts";

/** Profiles one training step of the net, in this page, or in Node with npm webgpu's `gpu`. */
export async function run(
	{ net }: BenchOptions,
	gpu?: GPU,
): Promise<StepProfile> {
	const device = await webgpuDevice(gpu ? { gpu } : {});
	console.info(device.identity.description);
	const found = await profileStep(device, net, (text) => console.info(text));
	device.destroy();
	return found;
}
