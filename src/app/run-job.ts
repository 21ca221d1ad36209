import { type Device, TuningError, type WebgpuDevice } from "../index.ts";
import { CheckpointError, NumericError } from "../unet/index.ts";
import { runCheck } from "./check-job.ts";
import { runEval, runPredict } from "./eval-job.ts";
import type { Failed, Job, JobEvent, JobHost } from "./job.ts";
import { checkPrecision, FeatureError } from "./precision.ts";
import { createReporter, type Reporter } from "./reporter.ts";
import { runTrain } from "./train-job.ts";
import { checkTune, tuneDevice } from "./tune-job.ts";

/**
 * Runs a job to its end, in a page's worker as in Node. Its last event is
 * `done` or `failed`; it throws only when the host itself fails.
 */
export async function runJob(
	job: Job,
	host: JobHost,
	openDevice: (kind: "webgpu" | "cpu") => Promise<Device>,
	/** When the page was opened, in milliseconds since 1970. */
	opened: number,
): Promise<void> {
	const reporter = createReporter(host);
	let device: Device | undefined;
	let last: JobEvent;
	try {
		device = await openDevice(job.device);
		const tune = "tune" in job ? job.tune : undefined;
		checkTune(tune, device);
		checkPrecision(job, device);
		await reporter.send(describe(device));
		const tuned = await tuneDevice(tune, host, reporter, device);
		const stopped = await dispatch(job, tuned, reporter, device, opened);
		last = { type: "done", stopped };
	} catch (error) {
		last = failed(error, device !== undefined);
	}
	device?.destroy();
	await reporter.send(last);
}

/** Whether the user stopped the job. */
async function dispatch(
	job: Job,
	host: JobHost,
	reporter: Reporter,
	device: Device,
	opened: number,
): Promise<boolean> {
	switch (job.kind) {
		case "train":
			return runTrain(job, host, reporter, device, opened);
		case "eval":
			return runEval(job, host, reporter, device);
		case "predict":
			return runPredict(job, host, reporter, device);
		case "check":
			return runCheck(reporter, device);
	}
}

function describe(device: Device): JobEvent {
	const { identity, capabilities } = device;
	const limits: Record<string, number> = {};
	if (device.kind === "webgpu") {
		// Limits are getters of the prototype: a plain copy would be empty.
		const source = (device as WebgpuDevice).gpu.limits;
		for (const key in source) {
			const value = source[key as keyof GPUSupportedLimits];
			if (typeof value === "number") limits[key] = value;
		}
	}
	return {
		type: "device",
		description: identity.description,
		software: identity.software,
		features: [...capabilities.features].sort(),
		limits,
	};
}

function failed(error: unknown, hadDevice: boolean): Failed {
	const { name, message, stack } =
		error instanceof Error ? error : new Error(String(error));
	const reason =
		error instanceof NumericError
			? "numeric"
			: error instanceof FeatureError
				? "feature"
				: error instanceof CheckpointError || error instanceof TuningError
					? "data"
					: name === "DeviceError"
						? hadDevice
							? "lost"
							: "device"
						: "internal";
	return { type: "failed", reason, message, ...(stack && { stack }) };
}
