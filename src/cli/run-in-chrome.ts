import type { Page } from "puppeteer-core";
import type { Job, JobHost } from "../app/job.ts";
import { WgradError } from "../data/errors.ts";
import { type LaunchedBrowser, launchBrowser } from "./browser.ts";
import type { Interrupt } from "./interrupt.ts";
import { sayStopping } from "./run-on.ts";
import { serveJob } from "./server.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a job in a page of headless Chrome; `ended` tells how it went. */
export async function runInChrome(
	job: Job,
	host: JobHost,
	ended: Promise<boolean>,
	terminal: Terminal,
	interrupt: Interrupt,
): Promise<boolean> {
	const launched = await interrupt.abandonable(
		launchBrowser({ gpu: "auto", log: terminal.warn }),
	);
	try {
		terminal.note(`Browser: ${launched.version} (${launched.path})`);
		const server = await serveJob(job, host);
		try {
			return await interrupt.gracefully(
				() => openPage(launched, server.url, ended),
				() => sayStopping(terminal),
			);
		} finally {
			server.close();
		}
	} finally {
		await launched.close();
	}
}

async function openPage(
	{ browser }: LaunchedBrowser,
	url: string,
	ended: Promise<boolean>,
): Promise<boolean> {
	const died = new WgradError(
		"Chrome ended unexpectedly (killed, crashed or out of memory)",
	);
	const gone = new Promise<never>((_, reject) => {
		browser.once("disconnected", () => reject(died));
	});
	// It may be rejected while nobody waits, as when the browser is closed at the end.
	gone.catch(() => {});
	try {
		const page = await browser.newPage();
		await Promise.race([page.goto(url), gone]);
		return await Promise.race([ended, gone, crash(page)]);
	} catch (error) {
		if (!browser.connected && !(error instanceof WgradError)) throw died;
		throw error;
	}
}

/** Rejects when the page dies or throws. */
function crash(page: Page): Promise<never> {
	if (process.env.WGRAD_DEBUG) {
		page.on("console", (m) => process.stderr.write(`page: ${m.text()}\n`));
	}
	return new Promise((_, reject) => {
		page.once("error", (error) =>
			reject(new WgradError(`the page in Chrome crashed (${error.message})`)),
		);
		page.once("pageerror", (error) =>
			reject(new WgradError(`the page in Chrome failed: ${error}`)),
		);
	});
}
