import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { KNOWN_LANGUAGE } from "./uplot-language.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Script and style of report.html, which are put into the page: uPlot's, then ours. */
export async function buildReport(outdir: string): Promise<void> {
	const plot = (name: string) =>
		readFileSync(join(root, "node_modules/uplot/dist", name), "utf8");
	await build({
		absWorkingDir: root,
		entryPoints: [
			{ in: "src/app/report-page.ts", out: "report" },
			{ in: "src/app/report.css", out: "report" },
		],
		bundle: true,
		format: "iife",
		target: "es2022",
		logLevel: "warning",
		outdir,
		minify: true,
		banner: {
			js: `${KNOWN_LANGUAGE}\n/*! uPlot: MIT licence, copyright (c) 2022 Leon Sorokin */${plot("uPlot.iife.min.js").replace(/^.*/, "")}`,
			css: plot("uPlot.min.css"),
		},
	});
}
