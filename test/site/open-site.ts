import { mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import sirv from "sirv";
import { afterAll, beforeAll } from "vitest";
import { buildSite } from "../../scripts/build-site.ts";
import {
	type FoundBrowser,
	findBrowser,
	type LaunchedBrowser,
	launchBrowser,
} from "../../src/cli/browser.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

type Launched = Pick<LaunchedBrowser, "browser" | "close">;

/** The built page, served without any special header, and a browser. */
export interface Site {
	readonly url: string;
	readonly launched: Launched;
	/** A new tab with the page; its errors fail the test that looks at them. */
	open(query?: string): Promise<Page>;
	/** Another browser, with those of the first one's arguments that are kept, and more. */
	launchAgain(
		keep: (arg: string) => boolean,
		more?: string[],
	): Promise<Browser>;
	/** What pages have thrown. */
	readonly errors: string[];
	close(): Promise<void>;
}

const launchChrome = (): Promise<Launched> =>
	launchBrowser({ gpu: "software" });

/** Builds the page, serves it and starts a browser. */
export async function startSite(launch = launchChrome): Promise<Site> {
	const folder = join(root, "node_modules/.cache", `site-${process.pid}`);
	mkdirSync(folder, { recursive: true });
	await buildSite(folder);
	// Under a path of its own, as on many hosts.
	const files = sirv(folder, { dev: true });
	const server: Server = createServer((request, response) => {
		request.url = (request.url ?? "").replace(/^\/some\/path/, "");
		files(request, response, () => {
			response.writeHead(404).end();
		});
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}/some/path/`;
	const launched = await launch();
	const errors: string[] = [];
	return {
		...{ url, launched, errors },
		async open(query = "") {
			const page = await launched.browser.newPage();
			await page.setViewport({ width: 1280, height: 900 });
			page.on("pageerror", (error) => errors.push(String(error)));
			page.on("console", (message) => {
				if (message.type() === "error") errors.push(message.text());
			});
			await page.goto(url + query);
			await page.waitForSelector("main h1");
			return page;
		},
		async launchAgain(keep, more = []) {
			const [, ...args] = launched.browser.process()?.spawnargs ?? [];
			const { path, env } = (await findBrowser()) as FoundBrowser;
			return puppeteer.launch({
				executablePath: path,
				env: { ...process.env, ...env },
				ignoreDefaultArgs: true,
				// The first one's profile is in use.
				args: [
					...args.filter((arg) => keep(arg) && !/user-data-dir/.test(arg)),
					...more,
				],
				pipe: true,
			});
		},
		async close() {
			await launched.close();
			server.closeAllConnections();
			server.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Starts the page for the tests of a file, or of a group. */
export function useSite(launch = launchChrome): { readonly site: Site } {
	const holder = {} as { site: Site };
	beforeAll(async () => {
		holder.site = await startSite(launch);
	});
	afterAll(() => holder.site?.close());
	return holder;
}

/** Clicks the button, or the label, with this text. */
export async function click(page: Page, text: string): Promise<void> {
	await page
		.locator(
			`::-p-xpath(//*[self::button or self::label][normalize-space()="${text}" or starts-with(normalize-space(), "${text}")])`,
		)
		.click();
}

/** Gives a labelled number a value, as a user does who leaves the field then. */
export async function fill(
	page: Page,
	label: string,
	value: number,
): Promise<void> {
	const field = await page.waitForSelector(
		`::-p-aria([name="${label}"][role="spinbutton"])`,
	);
	await field?.evaluate((input) => (input as HTMLInputElement).select());
	await field?.type(String(value));
	await page.keyboard.press("Tab");
}

/** Chooses from a labelled list. */
export async function choose(
	page: Page,
	label: string,
	value: string,
): Promise<void> {
	await page.select(`::-p-aria([name="${label}"][role="combobox"])`, value);
}

/** Moves a labelled slider, or sets another control whose events matter. */
export async function slide(
	page: Page,
	label: string,
	value: number,
): Promise<void> {
	await page.$eval(
		`::-p-aria([name="${label}"][role="slider"])`,
		(element, to) => {
			const input = element as HTMLInputElement;
			input.value = String(to);
			input.dispatchEvent(new Event("input", { bubbles: true }));
		},
		value,
	);
}

/** Drags along points of the picture that is painted on. */
export async function drag(
	page: Page,
	{ height, width }: { readonly height: number; readonly width: number },
	...points: [number, number][]
): Promise<void> {
	const canvas = await page.waitForSelector(".paint-canvas");
	const box = await canvas?.boundingBox();
	if (!box) throw new Error("there is no canvas");
	const at = ([x, y]: [number, number]) =>
		[
			box.x + ((x + 0.5) / width) * box.width,
			box.y + ((y + 0.5) / height) * box.height,
		] as const;
	await page.mouse.move(...at(points[0]));
	await page.mouse.down();
	for (const point of points.slice(1)) await page.mouse.move(...at(point));
	await page.mouse.up();
}

/** Waits until the shown run has this state. */
export function stateIs(page: Page, ...states: string[]): Promise<unknown> {
	return page.waitForFunction(
		(wanted: string[]) =>
			wanted.includes(document.querySelector(".state")?.textContent ?? ""),
		{ timeout: 120_000 },
		states,
	);
}

/** The value of a figure of the training by its name. */
export function figure(page: Page, name: string): Promise<string> {
	return page.evaluate(
		(wanted) =>
			[...document.querySelectorAll(".figures div")]
				.find((div) => div.querySelector("dt")?.textContent?.startsWith(wanted))
				?.querySelector("dd")?.textContent ?? "",
		name,
	);
}

/** A number that changes when a pixel of the picture of this layer and sample does. */
export function pixels(page: Page, layer: string, sample = 0): Promise<number> {
	return page.evaluate(
		(layer, sample) => {
			const canvas = document
				.querySelectorAll(`[data-layer=${layer}] canvas`)
				.item(sample) as HTMLCanvasElement;
			const { width, height } = canvas;
			const image = canvas.getContext("2d")?.getImageData(0, 0, width, height);
			let sum = 0;
			for (const value of image?.data ?? []) {
				sum = (Math.imul(sum, 31) + value) | 0;
			}
			return sum;
		},
		layer,
		sample,
	);
}

/** Resolves once `look` gives something else than `before`. */
export async function changes<T>(
	look: () => Promise<T>,
	before: T,
): Promise<T> {
	for (let tries = 0; ; tries++) {
		const now = await look();
		if (now !== before || tries === 100) return now;
		await new Promise((done) => setTimeout(done, 50));
	}
}

/** Chooses a tiny training on digits; seconds on a software adapter. */
export async function chooseTiny(
	page: Page,
	settings: Readonly<Record<string, number>> = {},
): Promise<void> {
	await page.waitForFunction(
		() => !document.querySelector<HTMLButtonElement>(".start button")?.disabled,
	);
	await choose(page, "Network", "tiny");
	const all = { "Pictures to train on": 24, Epochs: 2, "Pictures per step": 4 };
	for (const [label, value] of Object.entries({ ...all, ...settings })) {
		await fill(page, label, value);
	}
}
