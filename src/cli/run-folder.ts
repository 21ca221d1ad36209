import {
	accessSync,
	appendFileSync,
	constants,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmdirSync,
	rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../data/errors.ts";
import { writeAtomically } from "./atomic-file.ts";

/** A folder for a command's results. */
export interface OutputFolder {
	readonly path: string;
	/** Writes a file whole or not at all; folders in `name` are made. Returns its path. */
	write(name: string, data: string | Uint8Array): string;
	/** A file that was written before. */
	read(name: string): Uint8Array<ArrayBuffer>;
	/** Removes a file, if it is there. */
	remove(name: string): void;
	/** Adds one line, or bytes, to a file. */
	append(name: string, data: string | Uint8Array): void;
}

/**
 * Makes sure that a folder is there and can be written. What was made is
 * removed when the process ends and nothing has been written into it.
 * Throws UsageError with the reason.
 */
export function openOutput(path: string): OutputFolder {
	try {
		const first = mkdirSync(path, { recursive: true });
		if (first) process.once("exit", () => removeEmpty(path, first));
		accessSync(path, constants.W_OK);
	} catch (error) {
		throw unwritable(path, error as NodeJS.ErrnoException);
	}
	return {
		path,
		write(name, data) {
			const file = join(path, name);
			mkdirSync(dirname(file), { recursive: true });
			writeAtomically(file, data);
			return file;
		},
		// A copy of its own: Node's small buffers share one.
		read: (name) => Uint8Array.from(readFileSync(join(path, name))),
		remove: (name) => rmSync(join(path, name), { force: true }),
		append(name, data) {
			const added = typeof data === "string" ? `${data}\n` : data;
			appendFileSync(join(path, name), added);
		},
	};
}

/** The folder of a new run: it must be empty, for a run never overwrites another. */
export function openRunFolder(path: string): OutputFolder {
	const folder = openOutput(path);
	if (readdirSync(path).length > 0) {
		throw new UsageError(
			`--out ${path}: is not empty; choose another folder, or remove this one`,
		);
	}
	return folder;
}

/** The first of `NAME-1`, `NAME-2`, ... that does not exist yet, made here. */
export function openNumberedFolder(name: string): OutputFolder {
	for (let n = 1; ; n++) {
		const path = `${name}-${n}`;
		try {
			mkdirSync(dirname(path), { recursive: true });
			mkdirSync(path);
		} catch (error) {
			const cause = error as NodeJS.ErrnoException;
			if (cause.code === "EEXIST") continue;
			throw unwritable(path, cause);
		}
		process.once("exit", () => removeEmpty(path, path));
		return openOutput(path);
	}
}

function unwritable(path: string, cause: NodeJS.ErrnoException): UsageError {
	const reasons: Record<string, string> = {
		EACCES: "may not be written",
		EPERM: "may not be written",
		EROFS: "lies on a read-only file system",
		EEXIST: "is a file",
		ENOTDIR: "lies under a file",
		ENOSPC: "lies on a full disk",
	};
	const reason =
		reasons[cause.code ?? ""] ?? `cannot be made (${cause.message})`;
	return new UsageError(`--out ${path}: ${reason}; choose another folder`);
}

/** Removes `path` and its parents up to `first` as far as they are empty. */
function removeEmpty(path: string, first: string): void {
	let folder = resolve(path);
	const last = resolve(first);
	try {
		for (;;) {
			rmdirSync(folder);
			if (folder === last) return;
			folder = dirname(folder);
		}
	} catch {
		// Not empty: there are results in it.
	}
}
