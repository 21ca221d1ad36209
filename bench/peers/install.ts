import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installOnce } from "../../scripts/install-once.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Installs the peers on first use. */
export function installPeers(log: (line: string) => void): void {
	installOnce(folder, log);
}

/** Versions by package, from the lock file. */
export function peerVersions(): Record<string, string> {
	const lock = JSON.parse(readFileSync(`${folder}package-lock.json`, "utf8"));
	const { dependencies } = lock.packages[""] as {
		dependencies: Record<string, string>;
	};
	return dependencies;
}
