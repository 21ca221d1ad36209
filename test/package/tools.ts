import { inject } from "vitest";
import { skipped } from "../gpu.ts";
import { toolPath } from "./install-tools.ts";

/** The path of a file in the tools' packages; undefined, with a skipped test that says why, where it is not here. */
export function tool(name: string, path: string): string | undefined {
	const full = toolPath(path);
	if (full) return full;
	const reason =
		inject("toolsMissing") || "its npm package is for Linux on x64";
	skipped(`${name} is not here: ${reason}`);
}
