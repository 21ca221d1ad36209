import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Installs the peers on first use: the root's install stays without them. */
export function installPeers(log: (line: string) => void): void {
	if (existsSync(`${folder}node_modules/@jax-js/jax`)) return;
	log(`Installing the peers in ${folder}`);
	const args = ["ci", "--prefix", folder];
	// npm's own words go to stderr: stdout is for results.
	execFileSync("npm", args, { stdio: ["ignore", 2, 2] });
}

/** Versions by package, from the lock file. */
export function peerVersions(): Record<string, string> {
	const lock = JSON.parse(readFileSync(`${folder}package-lock.json`, "utf8"));
	const { dependencies } = lock.packages[""] as {
		dependencies: Record<string, string>;
	};
	return dependencies;
}
