import { checkAdapter } from "../engine/tuning.ts";
import {
	type Device,
	TuningError,
	textOf,
	tuned,
	type WebgpuDevice,
} from "../index.ts";
import type { JobHost, Tune } from "./job.ts";
import type { Reporter } from "./reporter.ts";

/** Rejects choices that were made on another adapter, before the job leaves anything. */
export function checkTune(tune: Tune | undefined, device: Device): void {
	if (!tune?.tuning) return;
	try {
		checkAdapter(tune.tuning, device.identity.description);
	} catch (error) {
		throw new TuningError(
			`${tune.from}: ${(error as Error).message}; leave --tune out, or run where it was made`,
		);
	}
}

/**
 * Lets the device of a job choose kernels by measurement. The returned host
 * writes, before a checkpoint, the choices that have led to it.
 */
export async function tuneDevice(
	tune: Tune | undefined,
	host: JobHost,
	reporter: Reporter,
	device: Device,
): Promise<JobHost> {
	if (!tune || device.kind === "cpu") return host;
	const { effort, tuning } = tune;
	const text = new TextDecoder();
	const bytes = new TextEncoder();
	const store = {
		read: async () => text.decode(await host.read("tuning-cache")),
		write: (all: string) => host.write("tuning-cache", bytes.encode(all)),
	};
	const tuner = await tuned(device as WebgpuDevice, {
		effort,
		...(tuning ? { tuning } : { store }),
		warn: (message) => reporter.send({ type: "warning", message }),
		onTuned: (report) => reporter.send({ type: "tuned", ...report }),
	});
	let written = "";
	return {
		...host,
		async write(name, data) {
			const used = textOf(tuner.used());
			if (name.startsWith("checkpoint/") && used !== written) {
				await host.write("tuning", bytes.encode(used));
				written = used;
			}
			await host.write(name, data);
		},
	};
}
