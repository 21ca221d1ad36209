import {
	copyFileSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import webpack, { type Configuration } from "webpack";
import {
	findBrowser,
	type LaunchedBrowser,
	launchBrowser,
} from "../../src/cli/browser.ts";
import { absent } from "../gpu.ts";
import { serveFolder } from "../static-server.ts";
import { consumer } from "./consumer.ts";

/** Ways from a user's folder to one that a static host can serve. */
const ways: Record<string, (folder: string) => Promise<string>> = {
	/** wgrad.min.js beside the page, and no bundler. */
	async "one file"(folder) {
		const library = join(folder, "node_modules/wgrad/dist/wgrad.min.js");
		copyFileSync(library, join(folder, "wgrad.min.js"));
		for (const name of ["main.js", "worker.js", "program.js"]) {
			const text = readFileSync(join(folder, name), "utf8");
			const path = '"./wgrad.min.js"';
			writeFileSync(
				join(folder, name),
				text.replaceAll(/"wgrad(\/unet)?"/g, path),
			);
		}
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
let launched: LaunchedBrowser;
beforeAll(async () => {
	if (browserHere) launched = await launchBrowser({ gpu: "software" });
});
afterAll(() => launched?.close());

for (const [name, build] of Object.entries(ways)) {
	describe(name, () => {
		let built: string;
		beforeAll(async () => {
			built = await build(consumer());
		});

		if (browserHere) {
			test("a gradient in a page and in a worker, a training there", async () => {
				const server = await serveFolder(built);
				const page = await launched.browser.newPage();
				try {
					const problems: string[] = [];
					page.on("pageerror", (error) => problems.push(String(error)));
					page.on("console", (m) => problems.push(m.text()));
					await page.goto(server.url);
					const [inPage, inWorker] = (await page.evaluate("result")) as [
						number[],
						{ gradient: number[]; losses: number[] },
					];
					expect(problems).toEqual([]);
					expect(inPage).toEqual([30, 30]);
					expect(inWorker.gradient).toEqual([30, 30]);
					const [first, last] = inWorker.losses;
					expect(last).toBeLessThan(first * 0.8);
				} finally {
					await page.close();
					server.close();
				}
			});
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
