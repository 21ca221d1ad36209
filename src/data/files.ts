// Node only: reads the disk.
import { readdir, readFile, stat } from "node:fs/promises";
import { join, parse } from "node:path";
import { DataError } from "./errors.ts";

/** Numbers count as numbers: 2.png comes before 10.png. */
const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Says what a path is, or that it is missing. */
export async function kindOf(
	path: string,
): Promise<"file" | "folder" | "missing"> {
	const found = await stat(path).catch(() => undefined);
	if (!found) return "missing";
	return found.isDirectory() ? "folder" : "file";
}

/**
 * Names in a folder in natural order, without hidden files (`.x`, macOS's
 * `._x`) and Thumbs.db. DataError if the folder is missing or not a folder.
 */
export async function listFolder(folder: string): Promise<string[]> {
	const kind = await kindOf(folder);
	if (kind === "missing") {
		throw new DataError("does not exist; check the path", folder);
	}
	if (kind === "file") {
		throw new DataError("is a file; give the folder it is in", folder);
	}
	const names = await readdir(folder).catch((cause) => {
		throw unreadable(folder, cause);
	});
	return names
		.filter((name) => !name.startsWith(".") && !/^thumbs\.db$/i.test(name))
		.sort(COLLATOR.compare);
}

/** The bytes of a file; DataError naming it when it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
	return readFile(path).catch((cause) => {
		throw unreadable(path, cause);
	});
}

function unreadable(path: string, cause: NodeJS.ErrnoException): DataError {
	const reasons: Record<string, string> = {
		ENOENT: "does not exist; check the path",
		EACCES: "may not be read; change its permissions",
		EISDIR: "is a folder; give a file",
		ERR_FS_FILE_TOO_LARGE: "is larger than 2 GiB; split it into smaller files",
	};
	const reason =
		reasons[cause.code ?? ""] ?? `cannot be read (${cause.message})`;
	return new DataError(reason, path);
}

/** The file name without folder and last extension: `x/a.b.png` gives `a.b`. */
export function stemOf(path: string): string {
	return parse(path).name;
}

/** Paths of the files in a folder whose names pass. */
export async function filesIn(
	folder: string,
	accept: (name: string) => boolean,
): Promise<string[]> {
	const paths: string[] = [];
	for (const name of await listFolder(folder)) {
		const path = join(folder, name);
		if (accept(name) && (await kindOf(path)) === "file") paths.push(path);
	}
	return paths;
}
