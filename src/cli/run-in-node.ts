import type { Job, JobHost } from "../app/job.ts";
import { runJob } from "../app/run-job.ts";
import { cpuDevice, type Device, webgpuDevice } from "../index.ts";
import type { Interrupt } from "./interrupt.ts";
import { nodeGpu } from "./node-gpu.ts";
import { sayStopping } from "./run-on.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a job in this process; `ended` tells how it went. */
export async function runInNode(
	job: Job,
	host: JobHost,
	ended: Promise<boolean>,
	terminal: Terminal,
	interrupt: Interrupt,
): Promise<boolean> {
	const opened = performance.timeOrigin + performance.now();
	terminal.note(`Runtime: Node ${process.version}`);
	return interrupt.gracefully(
		async () => {
			await runJob(job, host, openDevice, opened);
			return ended;
		},
		() => sayStopping(terminal),
	);
}

async function openDevice(kind: "webgpu" | "cpu"): Promise<Device> {
	if (kind === "cpu") return cpuDevice();
	const { gpu, globals } = await nodeGpu();
	Object.assign(globalThis, globals);
	return webgpuDevice({ gpu });
}
