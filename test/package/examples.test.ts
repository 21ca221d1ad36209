import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { beforeAll, expect, test } from "vitest";
import { findBrowser } from "../../src/cli/browser.ts";
import { absent } from "../gpu.ts";
import { consumer } from "./consumer.ts";
import { openPage, useBrowser } from "./page.ts";

/** What each page says once it has done something, and what to do for that. */
const examples: Record<
	string,
	{ done: RegExp; use?: (page: Page) => Promise<void> }
> = {
	// The points begin at a mean height above 100.
	"gradients.html": { done: /mean height \d\d?\.\d/ },
	"custom-kernel.html": { done: /step [1-9]\d\d/ },
	"unet.html": { done: /epoch \d+, .*mean IoU 0\.[5-9]/ },
	"webcam.html": {
		done: /[1-9]\d* rounds on 2 drawings/,
		async use(page) {
			await page.click("#start");
			await said(page, /draw on the picture/);
			await drawLine(page, 0.4);
			await page.click("[data-label='0']");
			await drawLine(page, 0.9);
		},
	},
};

/** Waits until the page's status matches. */
function said(page: Page, pattern: RegExp) {
	const text = "document.querySelector('#status').textContent";
	return page.waitForFunction(`${pattern}.test(${text})`, { timeout: 120_000 });
}

/** Draws across the canvas at a share of its height. */
async function drawLine(page: Page, height: number) {
	const box = await (await page.$("canvas"))?.boundingBox();
	if (!box) throw new Error("the page has no canvas");
	const y = box.y + height * box.height;
	await page.mouse.move(box.x + 0.3 * box.width, y);
	await page.mouse.down();
	await page.mouse.move(box.x + 0.7 * box.width, y, { steps: 20 });
	await page.mouse.up();
}

/** How many colours the page's canvas shows. */
const COLOURS = `(() => {
	const canvas = document.querySelector("canvas");
	const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
	return new Set(new Uint32Array(data.buffer)).size;
})()`;

test("the list names every example", () => {
	const pages = readdirSync("examples").filter((f) => f.endsWith(".html"));
	expect(pages.sort()).toEqual([...Object.keys(examples), "index.html"].sort());
});

if (await findBrowser()) {
	// A moving picture of Chrome's own stands for a camera.
	const browser = useBrowser([
		"--use-fake-device-for-media-stream",
		"--use-fake-ui-for-media-stream",
	]);
	let folder: string;
	beforeAll(() => {
		folder = consumer();
		mkdirSync(join(folder, "dist"));
		const library = "dist/wgrad.min.js";
		cpSync(join(folder, "node_modules/wgrad", library), join(folder, library));
		cpSync("examples", join(folder, "examples"), { recursive: true });
	});

	for (const [name, { done, use }] of Object.entries(examples)) {
		test(`${name} works`, () =>
			openPage(browser(), folder, `examples/${name}`, async (page, lines) => {
				await use?.(page);
				await said(page, done);
				expect(await page.evaluate(COLOURS)).toBeGreaterThan(20);
				expect(lines).toEqual([]);
				const shots = process.env.WGRAD_SCREENSHOTS;
				if (shots) {
					await page.screenshot({
						path: join(shots, `${name}.png`) as `${string}.png`,
					});
				}
			}));
	}
} else absent("headless Chrome", "no browser found");
