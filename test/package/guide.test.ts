import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { findBrowser } from "../../src/cli/browser.ts";
import { absent } from "../gpu.ts";
import { consumer } from "./consumer.ts";
import {
	type Block,
	blocksOf,
	checkReports,
	documents,
	filesOf,
	reporting,
} from "./documents.ts";
import { addWebgpu, driverEnv, noDriver } from "./npm-webgpu.ts";
import { openPage, useBrowser, useOneFile } from "./page.ts";

const GUIDE = "docs/guide";
const pages = readdirSync(GUIDE).filter((name) => name !== "README.md");

test("the guide's list names every page", () => {
	const list = readFileSync(join(GUIDE, "README.md"), "utf8");
	const linked = [...list.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, f]) => f);
	expect(linked.sort()).toEqual(pages.sort());
});

const browser = (await findBrowser()) ? useBrowser() : undefined;

/** What runs of a page: the README has a page and, apart from it, a program. */
function partsOf(document: string): Block[][] {
	const blocks = blocksOf(document);
	const of = (...languages: string[]) =>
		blocks.filter(({ language }) => languages.includes(language));
	return document === "README.md" ? [of("html"), of("js")] : [of("html", "js")];
}

for (const document of documents()) {
	describe(document, () => {
		for (const part of partsOf(document)) {
			const files = filesOf(part);
			const main = files.get("main.js") ?? "";
			if (main) files.set("main.js", `${reporting(main)}console.log("end");`);
			const title = main ? "the program runs" : "the page runs";
			if (/from "webgpu"/.test(main)) {
				if (driverEnv) test(title, () => runInNode(files, main, driverEnv));
				else absent("a Vulkan driver", noDriver);
			} else if (browser) {
				test(title, () => runInPage(files, main));
			} else absent("headless Chrome", "no browser found");
		}
	});
}

/** Opens the page and waits for its program's end, or for the text of one without main.js. */
async function runInPage(files: Map<string, string>, main: string) {
	if (!browser) return;
	const folder = consumer();
	useOneFile(folder, files);
	await openPage(browser(), folder, "", async (page, lines) => {
		if (main) {
			while (!lines.includes("end")) await page.waitForNetworkIdle();
			checkReports(lines, main);
			return;
		}
		const text = "document.body.textContent";
		await page.waitForFunction(`${text}.includes("gradient 0")`);
		expect(await page.evaluate(`${text}.trim()`)).toMatch(
			/^4\.66\d+, gradient 0\.66\d+,1\.33\d+,2$/,
		);
	});
}

async function runInNode(
	files: Map<string, string>,
	main: string,
	env: Record<string, string> | undefined,
) {
	const folder = consumer();
	addWebgpu(folder);
	for (const [name, text] of files) writeFileSync(join(folder, name), text);
	const options = { cwd: folder, env: { ...process.env, ...env } };
	const { stdout } = await promisify(execFile)(
		process.execPath,
		["main.js"],
		options,
	);
	checkReports(stdout.split("\n"), main);
}
