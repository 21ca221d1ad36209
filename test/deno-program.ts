import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { bundle } from "./bundle.ts";

/**
 * Runs a program in Deno on its own WebGPU (wgpu, as in Firefox): bundles
 * `entry`, calls its export `run(null)` and returns what that resolves to, as
 * JSON. `env` chooses the Vulkan driver. Throws with Deno's words where it fails.
 */
export async function runInDeno<T>(
	deno: string,
	entry: string,
	env: Readonly<Record<string, string>>,
): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), "wgrad-deno-"));
	try {
		const file = join(folder, "program.js");
		writeFileSync(file, await bundle(entry));
		const { stdout } = await promisify(execFile)(
			deno,
			[
				"eval",
				`const { run } = await import("${pathToFileURL(file)}"); console.log(JSON.stringify(await run(null)));`,
			],
			{ env: { ...process.env, ...env }, maxBuffer: 2 ** 26 },
		);
		return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
