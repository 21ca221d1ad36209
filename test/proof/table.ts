import { accumulate } from "../../src/engine/accumulate.ts";
import type { Op } from "../../src/engine/index.ts";
import * as kernels from "../../src/kernels/index.ts";
import { cases, families } from "../cases.ts";
import { kernelsOf, nameRows } from "../rows.ts";

/** What the table holds, in numbers, and the names of its correct rows by family. */
export interface TableCounts {
	readonly ops: number;
	readonly kernels: number;
	readonly correct: number;
	readonly rejected: number;
	readonly families: Readonly<Record<string, readonly string[]>>;
}

/** Counts the table. */
export async function run(): Promise<TableCounts> {
	const exported = [...Object.values(kernels), accumulate] as unknown[];
	const ops = exported.filter(
		(f): f is Op => f instanceof Function && "spec" in f,
	);
	const correct = cases.filter((c) => !c.error && !c.bench);
	const names = nameRows(correct).map((row) => row.name);
	const rowsOf = Object.entries(families).map(([family, rows]) => [
		family,
		names.filter((_, i) => rows.includes(correct[i])),
	]);
	return {
		ops: ops.length,
		kernels: new Set(correct.flatMap(kernelsOf)).size,
		correct: correct.length,
		rejected: cases.filter((c) => c.error).length,
		families: Object.fromEntries(rowsOf),
	};
}
