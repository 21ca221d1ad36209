import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { DeviceError } from "./device-error.ts";

/**
 * Makes the user's own folder for what can be made again: `wgrad` in
 * XDG_CACHE_HOME or ~/.cache. Never a guessable folder in a shared /tmp that
 * somebody else may have made: what lies there is executed.
 */
export async function privateCacheFolder(): Promise<string> {
	const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
	try {
		const folder = join(cache, "wgrad");
		await mkdir(folder, { recursive: true, mode: 0o700 });
		return folder;
	} catch {
		const { uid } = userInfo();
		const folder = join(tmpdir(), `wgrad-${uid}`);
		await mkdir(folder, { recursive: true, mode: 0o700 });
		if (statSync(folder).uid !== uid)
			throw new DeviceError(
				`${folder}: belongs to another user; set XDG_CACHE_HOME to a folder of your own.`,
			);
		return folder;
	}
}
