import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs what a folder's own lock file names, on first use: packages that
 * only some need stay out of the root's install. Throws when npm fails.
 */
export function installOnce(
	folder: string,
	log: (line: string) => void = () => {},
): void {
	// npm writes it last.
	if (existsSync(join(folder, "node_modules/.package-lock.json"))) return;
	log(`Installing packages in ${folder}`);
	const args = ["ci", "--prefix", folder, "--no-audit", "--no-fund"];
	// npm's own words go to stderr: stdout is for results.
	execFileSync("npm", args, { stdio: ["ignore", 2, 2] });
}
