import { execFile } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs a call of a module of ours in a process whose node_modules holds only
 * the packages named and whose PATH and home are empty; returns what it throws.
 */
export async function errorWithout(
	folder: string,
	options: { module: string; call: string; packages: string[] },
): Promise<{ message: string; exitCode: number }> {
	for (const name of options.packages) {
		const link = join(folder, "node_modules", name);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(join(root, "node_modules", name), link, "junction");
	}
	await build({
		stdin: {
			contents: `
				import * as module from ${JSON.stringify(join(root, options.module))};
				try { await module.${options.call}; }
				catch ({ message, exitCode }) {
					console.log(JSON.stringify({ message, exitCode }));
				}`,
			resolveDir: root,
		},
		bundle: true,
		platform: "node",
		format: "esm",
		packages: "external",
		logLevel: "error",
		outfile: join(folder, "main.mjs"),
	});
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[join(folder, "main.mjs")],
		{ env: { PATH: "", HOME: folder, USERPROFILE: folder } },
	);
	return JSON.parse(stdout);
}

/** Browsers that are found by their place, whatever PATH and home say. */
export const hasBrowserAtFixedPlace =
	process.platform !== "linux" ||
	["/opt/google/chrome", "/usr/lib/chromium", "/snap/bin/chromium"].some(
		(path) => existsSync(path),
	);
