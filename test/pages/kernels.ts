import { webgpuDevice } from "../../src/engine/index.ts";
import { cases } from "../cases.ts";
import { type KernelCheck, kernelChecker } from "../check-kernel.ts";
import { nameRows } from "../rows.ts";

/** The adapter, and what it found for each row by name. */
export interface KernelReport {
	readonly adapter: string;
	readonly rows: Readonly<Record<string, KernelCheck>>;
}

/** Holds the whole table to its references on the page's own WebGPU, or in Node on npm webgpu's `gpu`. */
export async function run(_: unknown, gpu?: GPU): Promise<KernelReport> {
	const open = () => webgpuDevice(gpu ? { gpu } : {});
	const first = await open();
	const adapter = first.identity.description;
	first.destroy();
	const checker = kernelChecker(open);
	const rows: Record<string, KernelCheck> = {};
	for (const row of nameRows(cases.filter((c) => !c.error && !c.bench))) {
		rows[row.name] = await checker.check(row);
	}
	checker.destroy();
	return { adapter, rows };
}
