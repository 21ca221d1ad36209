import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { installTools } from "./install-tools.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** Path of the package as it would be published. */
		tarball: string;
		/** Why the packages of test/package/tools are not here; empty when they are. */
		toolsMissing: string;
	}
}

/** Packs once for all test files (npm builds before), and installs the tools. */
export default async function setup({ provide }: TestProject) {
	const folder = mkdtempSync(join(tmpdir(), "wgrad-packed-"));
	const args = ["pack", "--pack-destination", folder];
	const packed = promisify(execFile)("npm", args);
	provide("toolsMissing", installTools());
	await packed;
	const [name] = readdirSync(folder);
	provide("tarball", join(folder, name));
	return () => rmSync(folder, { recursive: true, force: true });
}
