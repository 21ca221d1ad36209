import { webgpuDevice } from "../src/engine/index.ts";
import { cases } from "../test/cases.ts";
import { nameRows } from "../test/rows.ts";
import { timeKernels } from "./kernels.ts";
import { type BenchOptions, type Report, STEP_NAME } from "./report.ts";
import { timeTrainingStep } from "./training-step.ts";

/** Time for the rounds of all rows, warm-up not included. */
const BUDGET_MS = 45_000;

/** Measures in this page, or in Node with npm webgpu's `gpu`. Progress goes to the console. */
export async function run(
	{ filter = "", net }: BenchOptions,
	gpu?: GPU,
): Promise<Report> {
	const device = await webgpuDevice(gpu ? { gpu } : {});
	const progress = (text: string) => console.info(text);
	progress(device.identity.description);
	const wanted = (name: string) => name.includes(filter);
	// First: its memory and its compilation are then its own.
	const step = wanted(STEP_NAME)
		? await timeTrainingStep(device, net, progress)
		: undefined;
	const rows = nameRows(cases.filter((c) => c.bench)).filter((r) =>
		wanted(r.name),
	);
	const kernels = await timeKernels(device, rows, BUDGET_MS, progress);
	const report = {
		adapter: device.identity.description,
		software: device.identity.software,
		features: [...device.capabilities.features],
		kernels,
		...(step && { step }),
	};
	device.destroy();
	return report;
}
