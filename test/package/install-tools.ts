import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installOnce } from "../../scripts/install-once.ts";

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

/** The path of a file in the tools' packages; undefined where it is not here. */
export function toolPath(path: string): string | undefined {
	const full = join(folder, "node_modules", path);
	return existsSync(full) ? full : undefined;
}
