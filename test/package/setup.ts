import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
	interface ProvidedContext {
		/** Path of the package as it would be published. */
		tarball: string;
	}
}

/** Packs once for all test files; npm builds before. */
export default async function setup({ provide }: TestProject) {
	const folder = mkdtempSync(join(tmpdir(), "wgrad-packed-"));
	await promisify(execFile)("npm", ["pack", "--pack-destination", folder]);
	const [name] = readdirSync(folder);
	provide("tarball", join(folder, name));
	return () => rmSync(folder, { recursive: true, force: true });
}
