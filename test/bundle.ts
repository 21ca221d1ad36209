import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { wgslEsbuild } from "../scripts/wgsl.ts";
import { caseFiles } from "./case-files.ts";

/** Stands in for test/cases.ts where there is no folder to read: imports every file of the table. */
const casesEsbuild: Plugin = {
	name: "cases",
	setup(b) {
		b.onLoad({ filter: /[\\/]test[\\/]cases\.ts$/ }, () => ({
			contents: [
				...caseFiles.map(
					(file, i) => `import { cases as c${i} } from "./cases/${file}";`,
				),
				`export const families = {${caseFiles.map((file, i) => `${JSON.stringify(file.replace(".ts", ""))}: c${i}`)}};`,
				"export const cases = Object.values(families).flat();",
			].join("\n"),
			resolveDir: fileURLToPath(new URL(".", import.meta.url)),
			loader: "ts",
		}));
	},
};

/** Bundles a program and what it imports, `.wgsl` and the case table included, into one module's text. */
export async function bundle(
	entry: string,
	options: BuildOptions = {},
): Promise<string> {
	const { outputFiles } = await build({
		entryPoints: [entry],
		bundle: true,
		write: false,
		format: "esm",
		target: "es2022",
		logLevel: "silent",
		plugins: [wgslEsbuild, casesEsbuild],
		// Stacks in a page then name the source.
		sourcemap: "inline",
		...options,
	});
	const js = outputFiles?.find((f) => /\.js$|stdout/.test(basename(f.path)));
	if (!js) throw new Error(`${entry}: esbuild wrote no JavaScript`);
	return js.text;
}
