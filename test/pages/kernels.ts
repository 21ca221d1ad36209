import { webgpuDevice } from "../../src/engine/index.ts";
import { cases } from "../cases.ts";
import { kernelChecker } from "../check-kernel.ts";
import { nameRows } from "../rows.ts";

/** What the page found: the adapter, and the problems of each row by name. */
export interface KernelReport {
	adapter: string;
	problems: Record<string, string[]>;
}

/** Holds the whole table to its references on the page's own WebGPU. */
export async function run(): Promise<KernelReport> {
	const first = await webgpuDevice();
	const adapter = first.identity.description;
	first.destroy();
	const checker = kernelChecker(() => webgpuDevice());
	const problems: Record<string, string[]> = {};
	for (const row of nameRows(cases.filter((c) => !c.error && !c.bench))) {
		problems[row.name] = await checker.check(row);
	}
	return { adapter, problems };
}
