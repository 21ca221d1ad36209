import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { Browser } from "puppeteer-core";
import { type GpuMode, launchBrowser } from "../../src/cli/browser.ts";
import { cpuMeter } from "./cpu-time.ts";
import type { MeasureOptions } from "./measure.ts";
import { LIBRARIES, program } from "./programs.ts";
import type { Comparison } from "./row.ts";
import type { Runtime } from "./runtime.ts";

const WASM_FOLDER = new URL(
	"node_modules/@tensorflow/tfjs-backend-wasm/dist/",
	import.meta.url,
);

/**
 * Headless Chrome. Each workload has a page of its own, which all libraries
 * share: what they load, compile and allocate for it is then theirs alone.
 */
export async function chromeRuntime(
	gpu: "auto" | GpuMode,
	log: (line: string) => void,
): Promise<Runtime> {
	const server = await serve();
	const { port } = server.address() as AddressInfo;
	const launched = await launchBrowser({ gpu, log });
	const { browser, adapter, version } = launched;
	return {
		name: version,
		slow: adapter.software,
		measure: (options) =>
			measureInPage(browser, `http://127.0.0.1:${port}/`, options, log),
		async close() {
			await launched.close();
			server.closeAllConnections();
			server.close();
		},
	};
}

async function measureInPage(
	browser: Browser,
	url: string,
	options: MeasureOptions,
	log: (line: string) => void,
): Promise<Comparison> {
	const page = await browser.newPage();
	try {
		const died = new Promise<never>((_, reject) =>
			page.on("error", (error) => reject(error)),
		);
		died.catch(() => {}); // The race below may not be reached.
		await page.goto(url);
		const meters = await cpuMeters(browser);
		await page.exposeFunction("cpuMs", (place: "gpu" | "page") =>
			meters[place](),
		);
		await page.exposeFunction("progress", log);
		const result = page.evaluate(
			`import("/page.js").then(({ run }) => run(${JSON.stringify(options)})).then(JSON.stringify)`,
		) as Promise<string>;
		return JSON.parse(await Promise.race([result, died]));
	} finally {
		await page.close();
	}
}

/** Of the process that runs shaders and of those that run pages, of which only one has work. */
async function cpuMeters(browser: Browser) {
	const session = await browser.target().createCDPSession();
	const { processInfo } = await session.send("SystemInfo.getProcessInfo");
	await session.detach();
	const of = (type: string) =>
		cpuMeter(processInfo.filter((p) => p.type === type).map((p) => p.id));
	return { gpu: of("GPU"), page: of("renderer") };
}

/** The programs, tfjs's .wasm files, and an empty page that may use threads. */
async function serve(): Promise<Server> {
	const names = ["page", ...LIBRARIES];
	const texts = new Map<string, string>();
	for (const name of names) texts.set(`/${name}.js`, await program(name));
	const server = createServer(async ({ url = "/" }, response) => {
		response.setHeader("cross-origin-opener-policy", "same-origin");
		response.setHeader("cross-origin-embedder-policy", "require-corp");
		const text = texts.get(url);
		if (text !== undefined) {
			response.setHeader("content-type", "text/javascript");
			response.end(text);
		} else if (url.endsWith(".wasm")) {
			response.setHeader("content-type", "application/wasm");
			response.end(await readFile(new URL(basename(url), WASM_FOLDER)));
		} else {
			response.setHeader("content-type", "text/html");
			response.end("<!doctype html><title>peers</title>");
		}
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return server;
}
