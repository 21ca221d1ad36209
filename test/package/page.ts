import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll } from "vitest";
import { serveFolder } from "../../scripts/serve.ts";
import { type LaunchedBrowser, launchBrowser } from "../../src/cli/browser.ts";

/** Copies wgrad.min.js beside the files, and lets them import that: no bundler, no import map, which workers would not heed. */
export function useOneFile(folder: string, files: Map<string, string>): void {
	const library = join(folder, "node_modules/wgrad/dist/wgrad.min.js");
	copyFileSync(library, join(folder, "wgrad.min.js"));
	for (const [name, text] of files) {
		const path = '"./wgrad.min.js"';
		const own = text.replaceAll(/"wgrad(\/unet)?"/g, path);
		writeFileSync(join(folder, name), own);
	}
}

/** One browser for the tests of a file. */
export function useBrowser(flags: string[] = []): () => LaunchedBrowser {
	let launched: LaunchedBrowser;
	beforeAll(async () => {
		launched = await launchBrowser({ gpu: "software", flags });
	});
	afterAll(() => launched?.close());
	return () => launched;
}

/**
 * Serves a folder, opens a page of it and hands it to `f`, with the lines that
 * it logs. Rejects on the page's first error.
 */
export async function openPage<T>(
	{ browser }: LaunchedBrowser,
	folder: string,
	path: string,
	f: (page: Page, lines: readonly string[]) => Promise<T>,
): Promise<T> {
	const server = await serveFolder(folder);
	const page = await browser.newPage();
	await page.setViewport({ width: 900, height: 900 });
	try {
		const lines: string[] = [];
		page.on("console", (message) => lines.push(message.text()));
		const failed = new Promise<never>((_, reject) => {
			page.on("pageerror", reject);
			page.on("error", reject);
		});
		const done = page.goto(server.url + path).then(() => f(page, lines));
		return await Promise.race([done, failed]);
	} finally {
		await page.close();
		server.close();
	}
}
