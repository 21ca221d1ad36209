import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { installOnce } from "../../scripts/install-once.ts";
import { skipped } from "../gpu.ts";

const folder = fileURLToPath(new URL("tools/", import.meta.url));

/** Returns why the tools could not be installed, or nothing. */
export function installTools(): string {
	try {
		installOnce(folder);
		return "";
	} catch (error) {
		return `npm could not install test/package/tools: ${(error as Error).message}`;
	}
}

/** The path of a file in the tools' packages; undefined, with a skipped test that says why, where it is not here. */
export function tool(name: string, path: string): string | undefined {
	const full = join(folder, "node_modules", path);
	if (existsSync(full)) return full;
	const reason =
		inject("toolsMissing") || "its npm package is for Linux on x64";
	skipped(`${name} is not here: ${reason}`);
}
