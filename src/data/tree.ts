// Node only: reads the disk.
import { basename, isAbsolute, join, normalize } from "node:path";
import { DataError } from "./errors.ts";
import { kindOf, listFolder, readBytes } from "./files.ts";
import { looksLikeZip, readZip } from "./zip.ts";

/**
 * Files in folders, on disk or in a .zip. Paths are relative to the top, with
 * `/`; "" is the top. Every method throws DataError naming the file at fault.
 */
export interface Tree {
	/** A path as messages about whole folders and files show it. */
	shown(path: string): string;
	kind(path: string): Promise<"file" | "folder" | "missing">;
	/** Names in a folder in natural order, without litter such as hidden files. */
	list(folder: string): Promise<string[]>;
	read(path: string): Promise<Uint8Array>;
}

/**
 * Opens a folder, a .zip or a .npz. A top that holds nothing but one folder or
 * one such archive is entered, because that is what archives usually unpack to.
 */
export async function openTree(path: string): Promise<Tree> {
	const tree =
		(await kindOf(path)) === "file" ? await openFile(path) : diskTree(path);
	return enterOnly(tree);
}

async function openFile(path: string): Promise<Tree> {
	const bytes = await readBytes(path);
	if (looksLikeZip(bytes)) return memoryTree(readZip(bytes, path), path);
	throw new DataError(
		"is a file; give the folder it is in, a .zip or a .npz",
		path,
	);
}

/** The tree, or what is in its only folder or archive. */
export async function enterOnly(tree: Tree): Promise<Tree> {
	let folder = "";
	for (;;) {
		const names = await tree.list(folder);
		const [only] = names.length === 1 ? names : [];
		if (only === undefined) break;
		const path = joinPath(folder, only);
		if ((await tree.kind(path)) === "folder") folder = path;
		else if (/\.(zip|npz)$/i.test(only)) {
			const files = readZip(await tree.read(path), tree.shown(path));
			return enterOnly(memoryTree(files, tree.shown(path)));
		} else break;
	}
	return folder === "" ? tree : below(tree, folder);
}

/** Joins paths of a tree. */
export function joinPath(...parts: string[]): string {
	const path = normalize(join(...parts)).replaceAll("\\", "/");
	return path === "." ? "" : path;
}

/** The folder on disk as a tree; absolute paths are read as they are. */
export function diskTree(root: string): Tree {
	const full = (path: string) =>
		isAbsolute(path) ? path : join(root, path || ".");
	return {
		shown: full,
		kind: (path) => kindOf(full(path)),
		list: (folder) => listFolder(full(folder)),
		read: (path) => readBytes(full(path)),
	};
}

function below(tree: Tree, folder: string): Tree {
	const full = (path: string) =>
		isAbsolute(path) ? path : joinPath(folder, path);
	return {
		shown: (path) => tree.shown(full(path)),
		kind: (path) => tree.kind(full(path)),
		list: (path) => tree.list(full(path)),
		read: (path) => tree.read(full(path)),
	};
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Files in memory, or of a browser, as a tree; `root` is what messages call it. */
export function memoryTree(
	files: ReadonlyMap<string, Uint8Array | Blob>,
	root: string,
): Tree {
	const folders = new Map<string, Set<string>>([["", new Set()]]);
	for (const path of files.keys()) {
		const parts = path.split("/");
		for (let i = 0; i < parts.length; i++) {
			const parent = parts.slice(0, i).join("/");
			folders.set(parent, (folders.get(parent) ?? new Set()).add(parts[i]));
		}
	}
	const missing = (path: string) =>
		new DataError("does not exist; check the path", join(root, path));
	return {
		shown: (path) => join(root, path || "."),
		async kind(path) {
			const key = joinPath(path);
			if (files.has(key)) return "file";
			return folders.has(key) ? "folder" : "missing";
		},
		async list(folder) {
			const names = folders.get(joinPath(folder));
			if (!names) throw missing(folder);
			return [...names].sort(COLLATOR.compare);
		},
		async read(path) {
			const file = files.get(joinPath(path));
			if (!file) throw missing(path);
			return file instanceof Uint8Array
				? file
				: new Uint8Array(await file.arrayBuffer());
		},
	};
}

/** Paths of the files in a folder whose names pass. */
export async function filesOf(
	tree: Tree,
	folder: string,
	accept: (name: string) => boolean,
): Promise<string[]> {
	const paths: string[] = [];
	for (const name of (await tree.list(folder)).filter(accept)) {
		const path = joinPath(folder, name);
		if ((await tree.kind(path)) === "file") paths.push(path);
	}
	return paths;
}

/** Paths of all files at most `depth` folders deep whose names pass. */
export async function filesBelow(
	tree: Tree,
	folder: string,
	accept: (name: string) => boolean,
	depth = 4,
): Promise<string[]> {
	const found: string[] = [];
	for (const name of await tree.list(folder)) {
		const path = joinPath(folder, name);
		const kind = await tree.kind(path);
		if (kind === "file" && accept(name)) found.push(path);
		if (kind === "folder" && depth > 0) {
			found.push(...(await filesBelow(tree, path, accept, depth - 1)));
		}
	}
	return found;
}

/** The text of a UTF-8 file. */
export async function readText(tree: Tree, path: string): Promise<string> {
	return new TextDecoder().decode(await tree.read(path));
}

/** The last JSON read from each tree: recognising a layout and reading it want the same file. */
const lastJson = new WeakMap<Tree, { path: string; value: unknown }>();

/** A parsed JSON file. Throws DataError naming it. */
export async function readJson(tree: Tree, path: string): Promise<unknown> {
	const last = lastJson.get(tree);
	if (last?.path === path) return last.value;
	const text = await readText(tree, path);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new DataError(
			`is no JSON (${(cause as Error).message}); export or copy it again`,
			tree.shown(path),
		);
	}
	lastJson.set(tree, { path, value });
	return value;
}

/** True if a folder is there. */
export async function hasFolder(tree: Tree, path: string): Promise<boolean> {
	return (await tree.kind(path)) === "folder";
}

/** The file's name without folder, for lists and splits. */
export const nameOf = basename;
