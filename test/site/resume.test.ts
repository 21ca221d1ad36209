import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { describeInBrowsers } from "./in-browsers.ts";
import { chooseTiny, click, figure, stateIs } from "./open-site.ts";

/** Digests of the last checkpoints of all runs, the newest first. */
function checkpoints(page: Page): Promise<string[]> {
	return page.evaluate(async () => {
		const root = await navigator.storage.getDirectory();
		const runs = await root.getDirectoryHandle("runs");
		const found: [string, string][] = [];
		for await (const id of runs.keys()) {
			const run = await runs.getDirectoryHandle(id);
			const file = await run.getFileHandle("checkpoint.last");
			const bytes = await (await file.getFile()).arrayBuffer();
			const digest = await crypto.subtle.digest("SHA-256", bytes);
			found.push([id, [...new Uint8Array(digest)].join()]);
		}
		return found.sort(([a], [b]) => (a < b ? 1 : -1)).map(([, d]) => d);
	});
}

/** Numbers of the epochs in the newest run's log. */
function loggedEpochs(page: Page): Promise<number[]> {
	return page.evaluate(async () => {
		const root = await navigator.storage.getDirectory();
		const runs = await root.getDirectoryHandle("runs");
		const ids: string[] = [];
		for await (const id of runs.keys()) ids.push(id);
		const run = await runs.getDirectoryHandle(ids.sort().at(-1) as string);
		const log = await (await run.getFileHandle("log.jsonl")).getFile();
		const lines = (await log.text()).split("\n").filter(Boolean);
		return lines
			.map((line) => JSON.parse(line))
			.filter(({ type }) => type === "epoch")
			.map(({ epoch }) => epoch);
	});
}

const running = (page: Page) =>
	page.waitForFunction(
		() =>
			/^Epoch\d/.test(
				document.querySelector(".figures div")?.textContent ?? "",
			) &&
			document.querySelector(".figures div:nth-child(2) dd")?.textContent !==
				"–",
	);

await describeInBrowsers((holder) => {
	test("paused, resumed, reloaded and resumed ends where it would have ended anyway", async () => {
		const { site } = holder;
		const page = await site.open();
		await chooseTiny(page, { Epochs: 3 });
		await click(page, "Start training");
		await stateIs(page, "Done");

		await click(page, "Set up");
		await chooseTiny(page, { Epochs: 3 });
		await click(page, "Start training");
		await running(page);
		await click(page, "Pause");
		await stateIs(page, "Paused");
		await click(page, "Resume");
		await stateIs(page, "Training");
		// The first epoch may have been over before the pause: only this is told by the new worker.
		await page.waitForFunction(() =>
			document.querySelector(".notices")?.textContent?.includes("Resumed"),
		);
		await page.waitForFunction(
			() => document.querySelector("output.epoch")?.textContent === "1",
		);
		// Its checkpoint comes after its pictures, and before the next epoch.
		await page.waitForFunction(() =>
			document
				.querySelector(".figures div:nth-child(1) dd")
				?.textContent?.startsWith("2"),
		);

		// A reload kills the worker in the middle of a step.
		await page.reload();
		await page.waitForSelector(".offer");
		expect(await page.$eval(".runs li", (li) => li.textContent)).toContain(
			"Interrupted",
		);
		await click(page, "Resume it");
		await stateIs(page, "Done");
		expect(await figure(page, "Epoch")).toBe("3 / 3");
		expect(await page.$eval(".notices", (log) => log.textContent)).toContain(
			"Resumed after epoch 1",
		);

		// None was trained twice: it went on, and did not begin anew.
		expect(await loggedEpochs(page)).toEqual([1, 2, 3]);
		const [interrupted, straight] = await checkpoints(page);
		expect(interrupted).toBe(straight);
		expect(site.errors).toEqual([]);
		await page.close();
	});

	test("a second tab is not let at a run that is being trained", async () => {
		const { site } = holder;
		const page = await site.open();
		await chooseTiny(page, { Epochs: 40 });
		await click(page, "Start training");
		await running(page);

		const second = await site.open();
		expect(await second.$(".offer")).toBeNull();
		await click(second, "Open");
		await stateIs(second, "Training in another tab");
		await click(second, "Resume");
		const alert = await second.waitForSelector("[role=alert]");
		expect(await alert?.evaluate((a) => a.textContent)).toContain(
			"is being trained in another tab",
		);
		await stateIs(second, "Training in another tab");

		// It is the first one's still, and free once that lets go.
		await page.bringToFront();
		await click(page, "Stop");
		await stateIs(page, "Stopped");
		await second.bringToFront();
		await click(second, "Resume");
		await stateIs(second, "Training");
		await click(second, "Stop");
		await stateIs(second, "Stopped");
		expect(site.errors).toEqual([]);
	});
});
