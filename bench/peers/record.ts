import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../src/cli/atomic-file.ts";
import { formatResults } from "./results.ts";
import type { Comparison } from "./row.ts";

/** A comparison, and when and where it was made. */
export interface Recorded extends Comparison {
	readonly date: string;
	readonly command: string;
	readonly runtime: string;
	readonly commit: string;
	/** Processes that wanted a core meanwhile, this one's included (Linux's load average). */
	readonly load: number;
}

/** What peers.json holds. */
export interface Results {
	readonly machine: string;
	readonly versions: Readonly<Record<string, string>>;
	readonly comparisons: readonly Recorded[];
}

/**
 * Writes peers.json and RESULTS.md. A comparison replaces that of the same
 * workload on the same adapter; others stay, each with its date. Figures of
 * different runs are never put in relation.
 */
export function record(
	folder: string,
	{ machine, versions }: Omit<Results, "comparisons">,
	added: readonly Recorded[],
): void {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, "peers.json");
	const known: Recorded[] = existsSync(path)
		? JSON.parse(readFileSync(path, "utf8")).comparisons
		: [];
	const kept = known.filter((k) => !added.some((a) => keyOf(a) === keyOf(k)));
	const results = { machine, versions, comparisons: [...kept, ...added] };
	writeAtomically(path, `${JSON.stringify(results, null, "\t")}\n`);
	writeAtomically(join(folder, "RESULTS.md"), formatResults(results));
}

const keyOf = ({ workload, adapter, runtime }: Recorded) =>
	JSON.stringify([workload, adapter, runtime.split("/")[0]]);
