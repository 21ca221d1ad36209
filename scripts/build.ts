import { execFileSync } from "node:child_process";
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { buildReport } from "./build-report.ts";
import { buildSite } from "./build-site.ts";
import { replaceFolder } from "./replace-folder.ts";
import { wgslEsbuild, writeDeclarations } from "./wgsl.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");
/** Folders of the library; `src/index.ts` and `src/unet/index.ts` are its entries. */
const LIBRARY = ["engine", "kernels", "unet"];
const { version } = JSON.parse(
	readFileSync(join(root, "package.json"), "utf8"),
) as { version: string };
const SHARED = {
	absWorkingDir: root,
	format: "esm",
	target: "es2022",
	logLevel: "warning",
} as const;

/**
 * Builds everything into `out`: the library one file per source file
 * (bundlers drop unused ops only then) and in one file for pages without a
 * bundler, its declarations, the page that the command drives, the one that
 * trains by itself (`site`), the command. What was there before is replaced at
 * the end, in one step.
 */
export async function buildAll(
	out: string,
	{ declarations = true }: { declarations?: boolean } = {},
): Promise<void> {
	await replaceFolder(out, async (fresh) => {
		await Promise.all([
			buildLibrary(fresh),
			buildOneFile(fresh),
			buildApp(fresh),
			buildCli(fresh),
			buildSite(join(fresh, "site")),
		]);
		if (declarations) buildDeclarations(fresh);
	});
}

async function buildLibrary(out: string): Promise<void> {
	const entryPoints = [join(src, "index.ts")];
	for (const folder of LIBRARY) {
		for (const name of readdirSync(join(src, folder), {
			recursive: true,
			encoding: "utf8",
		})) {
			if (name.endsWith(".ts") && !name.endsWith(".d.wgsl.ts")) {
				entryPoints.push(join(src, folder, name));
			}
		}
	}
	await build({
		...SHARED,
		entryPoints,
		outbase: src,
		outdir: out,
		bundle: true,
		platform: "neutral",
		plugins: [keepImports, wgslEsbuild],
	});
}

const ONE_FILE = "wgrad.min";
const entries = (ending: "js" | "ts") =>
	["index", "unet/index"]
		.map((name) => `export * from "./${name}.${ending}";\n`)
		.join("");

/** Both entries of the library in one minified file, for `<script type="module">`. */
async function buildOneFile(out: string): Promise<void> {
	await build({
		...SHARED,
		stdin: { contents: entries("ts"), resolveDir: src, loader: "ts" },
		outfile: join(out, `${ONE_FILE}.js`),
		bundle: true,
		platform: "neutral",
		minify: true,
		banner: { js: `/*! wgrad ${version}, MIT licence */` },
		plugins: [wgslEsbuild],
	});
}

/** Leaves imports of other source files alone, renamed; only the kernels' text moves into its op's file. */
const keepImports: Plugin = {
	name: "keep-imports",
	setup({ onResolve }) {
		onResolve({ filter: /^\..*\.ts$/ }, ({ path, kind }) =>
			kind === "entry-point"
				? undefined
				: {
						path: path.replace(/\.ts$/, ".js"),
						external: true,
						sideEffects: false,
					},
		);
	},
};

async function buildApp(out: string): Promise<void> {
	const outdir = join(out, "app");
	await build({
		...SHARED,
		entryPoints: [join(src, "app/main.ts"), join(src, "app/worker.ts")],
		outdir,
		bundle: true,
		platform: "browser",
		minify: true,
		plugins: [wgslEsbuild],
	});
	copyFileSync(join(src, "app/page.html"), join(outdir, "index.html"));
	await buildReport(outdir);
}

async function buildCli(out: string): Promise<void> {
	const outdir = join(out, "cli");
	await build({
		...SHARED,
		entryPoints: { wgrad: join(src, "cli/main.ts") },
		outdir,
		// Chunks lie beside the entry, so that import.meta.url means the same folder in all.
		chunkNames: "[name]-[hash]",
		bundle: true,
		splitting: true,
		packages: "external",
		platform: "node",
		target: "node20",
		define: { WGRAD_VERSION: JSON.stringify(version) },
		plugins: [wgslEsbuild],
	});
	const entry = join(outdir, "wgrad.js");
	writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, "utf8")}`);
	chmodSync(entry, 0o755);
}

/** Types by the compiler, their imports renamed like those of the code. */
function buildDeclarations(out: string): void {
	writeDeclarations(src);
	const tsc = join(root, "node_modules/typescript/bin/tsc");
	const config = {
		extends: join(root, "tsconfig.json"),
		compilerOptions: {
			noEmit: false,
			declaration: true,
			emitDeclarationOnly: true,
			rootDir: src,
			outDir: out,
			stripInternal: true,
			types: ["@webgpu/types"],
			// Else looked for beside this configuration, which may lie anywhere.
			typeRoots: [join(root, "node_modules")],
		},
		files: [join(src, "index.ts"), join(src, "unet/index.ts")],
		include: [],
	};
	mkdirSync(out, { recursive: true });
	const file = join(out, "tsconfig.json");
	writeFileSync(file, JSON.stringify(config));
	execFileSync(process.execPath, [tsc, "-p", file], { stdio: "inherit" });
	rmSync(file);
	for (const name of readdirSync(out, { recursive: true, encoding: "utf8" })) {
		if (!name.endsWith(".d.ts")) continue;
		const path = join(out, name);
		const text = readFileSync(path, "utf8");
		writeFileSync(
			path,
			text.replace(/(from |import\()("\.[^"]*)\.ts"/g, '$1$2.js"'),
		);
	}
	writeFileSync(join(out, `${ONE_FILE}.d.ts`), entries("js"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await buildAll(join(root, "dist"));
}
