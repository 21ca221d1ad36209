import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LaunchedBrowser, launchBrowser } from "../../src/cli/browser.ts";
import { putSquares, start, trainOn, useBuiltCommand } from "./wgrad.ts";

useBuiltCommand();

let launched: LaunchedBrowser;
beforeAll(async () => {
	launched = await launchBrowser({ gpu: "software" });
});
afterAll(() => launched?.close());

/** What a page throws. */
const errors: string[] = [];

async function open(url: string) {
	const page = await launched.browser.newPage();
	page.on("pageerror", (error) => errors.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error") errors.push(message.text());
	});
	await page.goto(url);
	return page;
}

test("wgrad ui serves the page until Ctrl-C, on another port if that is in use", async () => {
	const other = createServer();
	other.listen(0, "127.0.0.1");
	await once(other, "listening");
	const { port } = other.address() as AddressInfo;
	const ui = start(["ui", "--port", String(port)]);
	const [said] = await once(ui.child.stdout as NodeJS.ReadableStream, "data");
	const url = String(said).trim();
	expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
	await ui.said(/port \d+ is in use/);
	const page = await open(url);
	await page.waitForSelector(".start button:enabled");
	expect(errors).toEqual([]);
	ui.child.kill("SIGINT");
	expect((await ui.ended).code).toBe(0);
	other.close();
});

test("wgrad train --open shows the run live, and what it was when the command has ended", async () => {
	const data = putSquares("squares", 10);
	const net = ["--base", "2", "--depth", "1", "--convs", "1"];
	const run = start(
		trainOn(data, "--device", "cpu", "--open", ...net, "--epochs", "2000"),
	);
	const [, url] = await run.said(/Page: (\S+)/);
	const page = await open(url);
	await page.waitForFunction(
		() => Number(document.querySelector("output.epoch")?.textContent) > 1,
	);
	const shown = await page.$eval("main", (main) => main.textContent ?? "");
	expect(shown).toContain("squares");
	expect(shown).toContain("8 pictures to train, 2 to validate, 16×20 pixels");
	expect(shown).toContain("Training");
	await page.waitForFunction(
		() => document.querySelectorAll(".sample").length === 2,
	);
	expect(await page.$("::-p-xpath(//button[text()='Pause'])")).toBeNull();

	run.child.kill("SIGINT");
	expect((await run.ended).code).toBe(130);
	await page.waitForFunction(
		() => document.querySelector(".state")?.textContent === "Stopped",
	);
	// The last pictures are here although the command is gone.
	const painted = await page.$eval(
		"[data-layer=Prediction] canvas",
		(canvas) => {
			const { width, height } = canvas as HTMLCanvasElement;
			const context = (canvas as HTMLCanvasElement).getContext("2d");
			return context?.getImageData(0, 0, width, height).data.some((v) => v > 0);
		},
	);
	expect(painted).toBe(true);
	expect(errors).toEqual([]);

	// Gone on with, it is shown from its beginning.
	const again = start(["train", "--resume", "run", "--open"]);
	const [, address] = await again.said(/Page: (\S+)/);
	const stream = await fetch(address.replace("?live", "api/events"));
	const reader = stream.body?.getReader();
	let told = "";
	while (!told.includes('"type":"resumed"')) {
		const { value, done } = (await reader?.read()) ?? { done: true };
		if (done) break;
		told += new TextDecoder().decode(value);
	}
	expect(told).toMatch(/"type":"epoch","epoch":1,.*"confusion":\[\[/);
	expect(told).toMatch(/"type":"step","epoch":1,/);
	await reader?.cancel();
	again.child.kill("SIGINT");
	expect((await again.ended).code).toBe(130);
});
