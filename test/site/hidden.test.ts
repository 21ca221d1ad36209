import puppeteer from "puppeteer-core";
import { expect, test } from "vitest";
import { type FoundBrowser, findBrowser } from "../../src/cli/browser.ts";
import { chooseTiny, click, figure, stateIs, useSite } from "./open-site.ts";

const holder = useSite();

/** What Puppeteer adds so that hidden pages run on as visible ones, and the folder that is in use. */
const NOT_A_USERS =
	/background-timer-throttling|backgrounding-occluded|renderer-backgrounding|user-data-dir/;

test("a hidden tab trains on", async () => {
	const { site } = holder;
	const [, ...args] = site.launched.browser.process()?.spawnargs ?? [];
	const { path: executablePath, env } = (await findBrowser()) as FoundBrowser;
	const browser = await puppeteer.launch({
		executablePath,
		env: { ...process.env, ...env },
		ignoreDefaultArgs: true,
		args: args.filter((arg) => !NOT_A_USERS.test(arg)),
		pipe: true,
	});
	try {
		const page = await browser.newPage();
		await page.goto(site.url);
		await chooseTiny(page, { Epochs: 4 });
		await click(page, "Start training");
		await stateIs(page, "Training");
		const devtools = await page.createCDPSession();
		const { windowId } = await devtools.send("Browser.getWindowForTarget");
		await devtools.send("Browser.setWindowBounds", {
			windowId,
			bounds: { windowState: "minimized" },
		});
		await page.waitForFunction(() => document.hidden, { polling: 100 });
		// Timers are what a hidden page has too few of; the training needs none of the page.
		const ticks = await page.evaluate(
			() =>
				new Promise<number>((done) => {
					let count = 0;
					const start = performance.now();
					const tick = () => {
						count++;
						if (performance.now() - start > 3000) done(count);
						else setTimeout(tick, 10);
					};
					tick();
				}),
		);
		expect(ticks).toBeLessThan(30);
		await page.waitForFunction(
			() => document.querySelector(".state")?.textContent === "Done",
			{ polling: 500, timeout: 50_000 },
		);
		expect(await figure(page, "Epoch")).toBe("4 / 4");
		expect(await page.evaluate(() => document.hidden)).toBe(true);
	} finally {
		await browser.close();
	}
});
