import { beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../src/cli/browser.ts";
import { runInBrowser } from "./browser.ts";
import { cases } from "./cases.ts";
import { absent } from "./gpu.ts";
import type { KernelReport } from "./pages/kernels.ts";
import { nameRows } from "./rows.ts";

const browser = await findBrowser();

if (!browser) absent("headless Chrome", "no browser found");
else {
	describe("headless Chrome on SwiftShader", () => {
		let report: KernelReport;
		beforeAll(async () => {
			report = await runInBrowser<KernelReport>("test/pages/kernels.ts");
		}, 600_000);

		test("is the adapter asked for", () => {
			expect(report.adapter).toMatch(/swiftshader.*\(software\)/i);
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
	});
}
