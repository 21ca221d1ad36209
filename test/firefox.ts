import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";
import type { LaunchedBrowser } from "../src/cli/browser.ts";
import { nodeGpuEnv } from "../src/cli/node-gpu.ts";

/** Where Debian, Ubuntu and Mozilla's own packages put it. */
const PATHS = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** How to start Firefox, or why it cannot be. */
export type Firefox =
	| {
			launch: () => Promise<Pick<LaunchedBrowser, "browser" | "close">>;
			reason?: never;
	  }
	| { launch?: never; reason: string };

/**
 * Looks for Firefox, whose WebGPU is another implementation (wgpu, with a WGSL
 * compiler of its own). It brings no software adapter, so it needs lavapipe.
 */
export async function findFirefox({ webgpu = true } = {}): Promise<Firefox> {
	const path = PATHS.find((path) => existsSync(path));
	if (!path) return { reason: `there is no ${PATHS.join(" or ")}` };
	const { env, reason } = await nodeGpuEnv("lavapipe");
	if (reason !== undefined) return { reason };
	const launch = async () => {
		const browser = await puppeteer.launch({
			browser: "firefox",
			executablePath: path,
			env: { ...process.env, ...env },
			// Releases for Linux have it off.
			extraPrefsFirefox: {
				"dom.webgpu.enabled": webgpu,
				"gfx.webgpu.ignore-blocklist": webgpu,
			},
			timeout: 120_000,
			// A whole table of kernels is one call.
			protocolTimeout: 600_000,
		});
		return { browser, close: () => browser.close() };
	};
	return { launch };
}
