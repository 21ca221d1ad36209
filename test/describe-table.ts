import { beforeAll, describe, expect, test } from "vitest";
import { cases } from "./cases.ts";
import type { KernelReport } from "./pages/kernels.ts";
import { nameRows } from "./rows.ts";

/** Registers a test for each row of the table, of which `load` runs all in another process. */
export function describeTable(
	load: () => Promise<KernelReport>,
	adapter: RegExp,
): void {
	let report: KernelReport;
	beforeAll(async () => {
		report = await load();
	}, 600_000);

	test("is the adapter asked for", () => {
		expect(report.adapter).toMatch(adapter);
	});

	describe("kernel agrees with its reference", () => {
		for (const { name } of nameRows(
			cases.filter((c) => !c.error && !c.bench),
		)) {
			test(name, () => {
				expect(report.rows[name].problems.join("\n")).toBe("");
			});
		}
	});
}
