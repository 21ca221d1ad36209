import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Source files under a folder, from the repository's root, without generated declarations. */
export function sourceFiles(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((name) => join(folder, name))
		.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.wgsl.ts"))
		.sort();
}

/** What a file imports, statically, dynamically or for types only, as written. */
export function importsOf(file: string): string[] {
	const text = withoutComments(readFileSync(file, "utf8"));
	const statements =
		/^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
	return [...text.matchAll(statements)].map((m) => m[1] ?? m[2] ?? m[3]);
}

/** The file that a relative import names. */
export function resolveImport(file: string, specifier: string): string {
	return join(dirname(file), specifier);
}

/** Blanks comments; a `//` inside a string, as in a URL, stays. */
function withoutComments(text: string): string {
	return text
		.replace(/\/\*[\s\S]*?\*\//g, "")
		.replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}
