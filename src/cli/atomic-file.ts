import {
	closeSync,
	fsyncSync,
	openSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that readers see the old bytes or all of the new ones,
 * whenever the machine or the process stops. Synchronous, so that a signal
 * handler never runs in the middle.
 */
export function writeAtomically(path: string, data: string | Uint8Array): void {
	const folder = dirname(path);
	const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
	try {
		writeSynced(temporary, data);
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
	syncFolder(folder);
}

function writeSynced(path: string, data: string | Uint8Array): void {
	const file = openSync(path, "w");
	try {
		writeFileSync(file, data);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

// The rename itself is on disk only when the folder is; Windows cannot do this.
function syncFolder(folder: string): void {
	if (process.platform === "win32") return;
	const file = openSync(folder, "r");
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}
