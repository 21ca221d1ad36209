import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "puppeteer-core";
import { withTimeout } from "./timeout.ts";

const TIMEOUT_MS = 30_000;

/** What the adapter says of itself, e.g. vendor google, architecture swiftshader. */
export interface AdapterIdentity {
	vendor: string;
	architecture: string;
	device: string;
	description: string;
	/** True when the CPU does the work. */
	software: boolean;
}

/** Asks a page for its adapter. It must be served: about:blank has no WebGPU. */
export async function probeAdapter(browser: Browser): Promise<AdapterIdentity> {
	const server = createServer((_request, response) => {
		response.setHeader("content-type", "text/html");
		response.end("<!doctype html><title>WebGPU probe</title>");
	});
	try {
		await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
		const { port } = server.address() as AddressInfo;
		const page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${port}/`);
		const found = await withTimeout(TIMEOUT_MS, "WebGPU did not answer", () =>
			page.evaluate(adapterInPage),
		);
		await page.close();
		if (typeof found === "string") throw new Error(found);
		return found;
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

/** Runs in the page; returns the reason as text when there is no adapter. */
async function adapterInPage(): Promise<AdapterIdentity | string> {
	if (!navigator.gpu) return "the browser has no WebGPU (Chrome 113 or later)";
	const adapter = await navigator.gpu.requestAdapter({
		powerPreference: "high-performance",
	});
	if (!adapter) return "no WebGPU adapter";
	const { vendor, architecture, device, description } = adapter.info;
	const software =
		adapter.info.isFallbackAdapter ||
		/swiftshader|llvmpipe|lavapipe|basic render/i.test(
			`${architecture} ${device} ${description}`,
		);
	return { vendor, architecture, device, description, software };
}
