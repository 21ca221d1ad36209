import {
	type Device,
	type Tuner,
	TuningError,
	textOf,
	tuned,
	type WebgpuDevice,
} from "../index.ts";
import type { JobHost, Tune } from "./job.ts";
import type { Reporter } from "./reporter.ts";

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
	const { effort, tuning, from } = tune;
	const text = new TextDecoder();
	const bytes = new TextEncoder();
	const store = {
		read: async () => text.decode(await host.read("tuning-cache")),
		write: (all: string) => host.write("tuning-cache", bytes.encode(all)),
	};
	let tuner: Tuner;
	try {
		tuner = await tuned(device as WebgpuDevice, {
			effort,
			...(tuning ? { tuning } : { store }),
			warn: (message) => reporter.send({ type: "warning", message }),
			onTuned: (report) => reporter.send({ type: "tuned", ...report }),
		});
	} catch (error) {
		if (!(error instanceof TuningError)) throw error;
		throw new TuningError(
			`${from}: ${error.message}; leave --tune out, or run where it was made`,
		);
	}
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
