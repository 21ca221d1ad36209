import { describe } from "vitest";
import { findBrowser } from "../src/cli/browser.ts";
import { runInBrowser } from "./browser.ts";
import { describeTable } from "./describe-table.ts";
import { absent } from "./gpu.ts";

if (await findBrowser()) {
	describe("headless Chrome on SwiftShader", () => {
		describeTable(
			() => runInBrowser("test/pages/kernels.ts"),
			/swiftshader.*\(software\)/i,
		);
	});
} else absent("headless Chrome", "no browser found");
