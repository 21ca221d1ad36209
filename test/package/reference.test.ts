import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { installOnce } from "../../scripts/install-once.ts";
import { skipped } from "../gpu.ts";

const folder = fileURLToPath(
	new URL("../../scripts/reference", import.meta.url),
);
let missing = "";
try {
	installOnce(folder);
} catch (error) {
	missing = (error as Error).message;
}

if (missing) skipped(`reference: npm could not install TypeDoc: ${missing}`);
else
	test("the reference has every name, none without a docstring or a category", async () => {
		// TypeDoc's options make both an error.
		await promisify(execFile)("npx", ["tsx", "scripts/reference.ts"]);
		const page = readFileSync("docs/reference/modules/wgrad.html", "utf8");
		expect(page).toContain("Convolution, pooling, resizing");
		expect(page).toContain("functions/wgrad.valueAndGrad.html");
	});
