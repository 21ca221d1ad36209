import { expect, test } from "vitest";
import { chooseTiny, click, figure, stateIs, useSite } from "./open-site.ts";

const holder = useSite();

/** What Puppeteer adds so that hidden pages run on as visible ones. */
const NOT_A_USERS =
	/background-timer-throttling|backgrounding-occluded|renderer-backgrounding/;

test("a hidden tab trains on", async () => {
	const { site } = holder;
	const browser = await site.launchAgain((arg) => !NOT_A_USERS.test(arg));
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
