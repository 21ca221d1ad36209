import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { beforeAll, describe, expect, test } from "vitest";
import webpack, { type Configuration } from "webpack";
import { findBrowser } from "../../src/cli/browser.ts";
import { absent } from "../gpu.ts";
import { consumer } from "./consumer.ts";
import { openPage, useBrowser, useOneFile } from "./page.ts";

/** Ways from a user's folder to one that a static host can serve. */
const ways: Record<string, (folder: string) => Promise<string>> = {
	/** wgrad.min.js beside the page, and no bundler. */
	async "one file"(folder) {
		const names = ["main.js", "worker.js", "program.js"];
		const text = (name: string) => readFileSync(join(folder, name), "utf8");
		useOneFile(folder, new Map(names.map((name) => [name, text(name)])));
		return folder;
	},
	async esbuild(folder) {
		const outdir = join(folder, "dist");
		await esbuild({
			absWorkingDir: folder,
			entryPoints: ["main.js", "worker.js", "index.html"],
			loader: { ".html": "copy" },
			outdir,
			bundle: true,
			minify: true,
			format: "esm",
		});
		return outdir;
	},
	async vite(root) {
		await vite({
			root,
			configFile: false,
			logLevel: "error",
			worker: { format: "es" },
		});
		return join(root, "dist");
	},
	async webpack(context) {
		const path = join(context, "dist");
		const configuration: Configuration = {
			context,
			mode: "production",
			entry: "./main.js",
			output: { path },
		};
		const stats = await promisify<Configuration, webpack.Stats | undefined>(
			webpack as never,
		)(configuration);
		expect(stats?.toString({ all: false, errors: true })).toBe("");
		const page = readFileSync(join(context, "index.html"), "utf8");
		writeFileSync(join(path, "index.html"), page);
		return path;
	},
};

const browserHere = await findBrowser();
const browser = browserHere ? useBrowser() : undefined;

for (const [name, build] of Object.entries(ways)) {
	describe(name, () => {
		let built: string;
		beforeAll(async () => {
			built = await build(consumer());
		});

		if (browser) {
			test("a gradient in a page and in a worker, a training there", () =>
				openPage(browser(), built, "", async (page, lines) => {
					const [inPage, inWorker] = (await page.evaluate("result")) as [
						number[],
						{ gradient: number[]; losses: number[] },
					];
					expect(lines).toEqual([]);
					expect(inPage).toEqual([30, 30]);
					expect(inWorker.gradient).toEqual([30, 30]);
					const [first, last] = inWorker.losses;
					expect(last).toBeLessThan(first * 0.8);
				}));
		} else absent("headless Chrome", "no browser found");

		if (name !== "one file") {
			test("leaves out what the program does not use", () => {
				const text = readdirSync(built, { recursive: true, encoding: "utf8" })
					.filter((file) => file.endsWith(".js"))
					.map((file) => readFileSync(join(built, file), "utf8"))
					.join("");
				const has = (name: RegExp) => name.test(text);
				expect([has(/conv2d/), has(/adadelta/i), has(/tversky/i)]).toEqual([
					...[true, false, false],
				]);
			});
		}
	});
}
