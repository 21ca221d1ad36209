import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type LaunchedBrowser, launchBrowser } from "../src/cli/browser.ts";
import { bundle } from "./bundle.ts";

/** Settings of `runInBrowser`. */
export interface PageOptions {
	/** Default: Chrome on software, so that a test means the same everywhere. */
	launch?: () => Promise<Pick<LaunchedBrowser, "browser" | "close">>;
	/** Gets each line that the page writes to its console. */
	log?: (line: string) => void;
}

const launchChrome = () => launchBrowser({ gpu: "software" });

/**
 * Runs a program in a page of a headless browser, served from 127.0.0.1: bundles
 * `entry`, calls its export `run(argument)` and returns what that resolves to.
 * Argument and result are JSON. Throws when there is no browser, when the
 * program throws and when the page dies.
 */
export async function runInBrowser<T>(
	entry: string,
	argument: unknown = null,
	options: PageOptions = {},
): Promise<T> {
	const { launch = launchChrome, log = () => {} } = options;
	const script = await bundle(entry);
	const server = createServer((request, response) => {
		const isScript = request.url === "/program.js";
		response.setHeader(
			"content-type",
			isScript ? "text/javascript" : "text/html",
		);
		response.end(isScript ? script : "<!doctype html><title>wgrad</title>");
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as AddressInfo;
	try {
		const launched = await launch();
		try {
			const page = await launched.browser.newPage();
			page.on("console", (message) => log(message.text()));
			const died = new Promise<never>((_, reject) => {
				page.on("error", reject);
				launched.browser.on("disconnected", () =>
					reject(new Error("the browser ended while the program ran")),
				);
			});
			died.catch(() => {}); // The race below may not be reached.
			await page.goto(`http://127.0.0.1:${port}/`);
			// Text, because bundlers rewrite an import inside a function.
			const result = page.evaluate(
				`import("/program.js").then((program) => program.run(${JSON.stringify(argument)})).then(JSON.stringify)`,
			) as Promise<string>;
			return JSON.parse(await Promise.race([result, died]));
		} finally {
			await launched.close();
		}
	} finally {
		server.closeAllConnections();
		server.close();
	}
}
