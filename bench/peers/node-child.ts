// One workload in this process, for node.ts: libraries written for pages find here what they look for.
import { cpus } from "node:os";
import { type NodeDriver, nodeGpu } from "../../src/cli/node-gpu.ts";
import { cpuMeter } from "./cpu-time.ts";
import type { LibraryModule } from "./library.ts";
import type { MeasureOptions, measure as measureType } from "./measure.ts";
import { program } from "./programs.ts";
import type { Comparison } from "./row.ts";

/** What node.ts asks. */
export interface ChildRequest {
	readonly options: MeasureOptions;
	readonly driver?: NodeDriver | undefined;
}

/** What it gets. */
export type ChildMessage = { progress: string } | { comparison: Comparison };

const send = (message: ChildMessage) => process.send?.(message);

process.once("message", async ({ options, driver }: ChildRequest) => {
	const { gpu, globals } = await nodeGpu(driver ? { driver } : {});
	becomePage(gpu, globals);
	const cpuMs = cpuMeter([process.pid]);
	const { measure } = await load<{ measure: typeof measureType }>("measure");
	const comparison = await measure(options, {
		load: load<LibraryModule>,
		cpuMs: async () => cpuMs(),
		progress: (line) => void send({ progress: line }),
	});
	send({ comparison });
	process.disconnect();
	// A device that is still open would keep the process alive.
	process.exit();
});

/** tfjs looks for window.document, all look for navigator.gpu. */
function becomePage(gpu: GPU, globals: Record<string, unknown>): void {
	const navigator = { gpu, userAgent: "", hardwareConcurrency: cpus().length };
	// A getter from Node 21 on.
	Object.defineProperty(globalThis, "navigator", { value: navigator });
	Object.assign(globalThis, globals, { window: globalThis, document: {} });
}

/** Bundled, because Node cannot import `.wgsl`. */
async function load<Module>(name: string): Promise<Module> {
	const text = Buffer.from(await program(name)).toString("base64");
	return import(`data:text/javascript;base64,${text}`);
}
