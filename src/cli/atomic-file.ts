import {
	closeSync,
	fsyncSync,
	openSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** A file that is written piece by piece and appears when it is complete. */
export interface GrowingFile {
	append(data: Uint8Array): void;
	/** The file is whole: it gets its name. */
	commit(): void;
	/** Nothing stays of it, unless it was committed. */
	abandon(): void;
}

/** Begins a file of which nobody sees less than the whole. */
export function growAtomically(path: string): GrowingFile {
	const temporary = temporaryOf(path);
	const file = openSync(temporary, "w");
	let open = true;
	return {
		append: (data) => writeFileSync(file, data),
		commit() {
			fsyncSync(file);
			closeSync(file);
			open = false;
			renameSync(temporary, path);
			syncFolder(dirname(path));
		},
		abandon() {
			if (!open) return;
			closeSync(file);
			open = false;
			rmSync(temporary, { force: true });
		},
	};
}

/**
 * Writes a file so that readers see the old bytes or all of the new ones,
 * whenever the machine or the process stops. Synchronous, so that a signal
 * handler never runs in the middle.
 */
export function writeAtomically(path: string, data: string | Uint8Array): void {
	const temporary = temporaryOf(path);
	try {
		writeSynced(temporary, data);
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
	syncFolder(dirname(path));
}

function temporaryOf(path: string): string {
	return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
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
