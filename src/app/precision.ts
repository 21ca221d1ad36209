import type { Device } from "../index.ts";
import type { Job } from "./job.ts";

/** The device lacks a feature that the job needs. */
export class FeatureError extends Error {}

/** Rejects a training in f16 where the adapter has none, before the job leaves anything. */
export function checkPrecision(job: Job, device: Device): void {
	if (job.kind !== "train" || job.config.precision !== "f16") return;
	if (device.capabilities.features.has("shader-f16")) return;
	throw new FeatureError(
		`--precision f16 needs the adapter feature shader-f16, which ${device.identity.description} lacks; leave it out, or choose an adapter that has it (wgrad doctor lists features)`,
	);
}
