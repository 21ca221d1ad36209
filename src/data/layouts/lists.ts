// Node only: reads files.
import { DataError } from "../errors.ts";
import { parseNames } from "../split-lists.ts";
import { readText, type Tree } from "../tree.ts";

/** The first words of a list file's lines, or undefined if it is not there. */
export async function readList(
	tree: Tree,
	path: string,
): Promise<readonly string[] | undefined> {
	if ((await tree.kind(path)) !== "file") return undefined;
	return parseNames(await readText(tree, path), tree.shown(path)).names;
}

/** The names of classes in a file, one a line. Throws DataError when two are equal. */
export async function readClassNames(
	tree: Tree,
	path: string,
): Promise<string[] | undefined> {
	if ((await tree.kind(path)) !== "file") return undefined;
	const names = (await readText(tree, path))
		.replace(/^\uFEFF/, "")
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== "");
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined || names.length === 0) {
		throw new DataError(
			twice === undefined
				? "names no class; write one a line"
				: `names ${twice} twice; remove one of the lines`,
			tree.shown(path),
		);
	}
	return names;
}
