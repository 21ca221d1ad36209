import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import puppeteer, { type Browser } from "puppeteer";
import { createProfile, type Profile } from "./browser-profile.ts";
import { DeviceError } from "./device-error.ts";
import {
	BROWSER_HELP,
	type FoundBrowser,
	findBrowsers,
} from "./find-browser.ts";

export { type FoundBrowser, findBrowser } from "./find-browser.ts";

/** The kind of WebGPU adapter that the browser is started for. */
export type GpuMode = "software" | "hardware";

/** What the adapter says of itself, e.g. vendor google, architecture swiftshader. */
export interface AdapterIdentity {
	vendor: string;
	architecture: string;
	device: string;
	description: string;
	/** True when the CPU does the work. */
	software: boolean;
}

/** A running headless browser whose pages have a WebGPU adapter. */
export interface LaunchedBrowser {
	browser: Browser;
	path: string;
	source: FoundBrowser["source"];
	version: string;
	mode: GpuMode;
	adapter: AdapterIdentity;
	/** Ends the browser and removes its profile; may be called twice. */
	close(): Promise<void>;
}

const COMMON_FLAGS = [
	"--enable-unsafe-webgpu",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--disable-quic",
	"--no-first-run",
];
const SOFTWARE_FLAGS = ["--use-webgpu-adapter=swiftshader"];
const HARDWARE_FLAGS =
	process.platform === "linux"
		? [
				"--ignore-gpu-blocklist",
				"--enable-features=Vulkan,VulkanFromANGLE",
				"--use-angle=vulkan",
			]
		: ["--ignore-gpu-blocklist"];
const TIMEOUT_MS = 30_000;

/**
 * Starts a headless browser with WebGPU: the first one found that has an
 * adapter of the wanted kind. "auto" prefers a real GPU where one seems
 * present. Throws DeviceError naming what was tried and the next step.
 */
export async function launchBrowser(options: {
	gpu: "auto" | GpuMode;
	/** Gets one-sentence notes, e.g. that the sandbox could not start. */
	log?: (note: string) => void;
}): Promise<LaunchedBrowser> {
	const log = options.log ?? (() => {});
	const problems: string[] = [];
	for await (const found of findBrowsers()) {
		for (const mode of modesToTry(options.gpu)) {
			try {
				const launched = await launchWith(found, mode, log);
				for (const problem of problems) log(`Not used: ${problem}`);
				return launched;
			} catch (error) {
				problems.push(`${found.path} (${mode} WebGPU): ${messageOf(error)}`);
			}
		}
	}
	throw new DeviceError(
		problems.length === 0
			? `No browser found. ${BROWSER_HELP}`
			: `No browser with ${options.gpu === "auto" ? "" : `${options.gpu} `}WebGPU.\n  ${problems.join("\n  ")}\n${BROWSER_HELP}`,
	);
}

function modesToTry(gpu: "auto" | GpuMode): GpuMode[] {
	if (gpu !== "auto") return [gpu];
	return seemsToHaveGpu() ? ["hardware", "software"] : ["software"];
}

function seemsToHaveGpu(): boolean {
	if (process.platform !== "linux") return true;
	if (existsSync("/dev/nvidia0") || existsSync("/dev/dxg")) return true;
	return (
		existsSync("/dev/dri") &&
		readdirSync("/dev/dri").some((name) => name.startsWith("renderD"))
	);
}

async function launchWith(
	found: FoundBrowser,
	mode: GpuMode,
	log: (note: string) => void,
): Promise<LaunchedBrowser> {
	const profile = await createProfile();
	let browser: Browser | undefined;
	try {
		browser = await startBrowser(found, mode, profile.folder, log);
		profile.removeOnExit(browser);
		const adapter = await probeAdapter(browser);
		if (mode === "hardware" && adapter.software)
			throw new Error("only a software adapter");
		const { path, source } = found;
		const version = await browser.version();
		const close = closeOnce(browser, profile);
		return { browser, path, source, version, mode, adapter, close };
	} catch (error) {
		await browser?.close();
		await profile.remove();
		throw error;
	}
}

function closeOnce(browser: Browser, profile: Profile): () => Promise<void> {
	let closing: Promise<void> | undefined;
	return () => {
		closing ??= browser.close().finally(() => profile.remove());
		return closing;
	};
}

async function startBrowser(
	found: FoundBrowser,
	mode: GpuMode,
	userDataDir: string,
	log: (note: string) => void,
): Promise<Browser> {
	const start = (sandboxFlags: string[]) =>
		withTimeout("the browser did not start", (signal) =>
			puppeteer.launch({
				executablePath: found.path,
				headless: found.shell ? "shell" : true,
				// A browser on a pipe ends by itself when this process is killed.
				pipe: true,
				userDataDir,
				env: { ...process.env, ...found.env },
				// Signals are the command's business: it may have work to save.
				handleSIGINT: false,
				handleSIGTERM: false,
				handleSIGHUP: false,
				// Training is one call into the page, however long it lasts.
				protocolTimeout: 0,
				signal,
				args: [
					...COMMON_FLAGS,
					...(mode === "software" ? SOFTWARE_FLAGS : HARDWARE_FLAGS),
					...sandboxFlags,
				],
			}),
		);
	const isRoot = process.getuid?.() === 0;
	try {
		return await start(isRoot ? ["--no-sandbox"] : []);
	} catch (error) {
		await checkRuns(found);
		if (isRoot || process.platform !== "linux") throw error;
		// Many containers, and Ubuntu's AppArmor, forbid what it is made of.
		const browser = await start(["--no-sandbox"]);
		log(
			`${found.path}: its sandbox cannot start here, so it runs with --no-sandbox; it opens only pages that wgrad serves.`,
		);
		return browser;
	}
}

// Puppeteer only says that the pipe closed; the reason (a missing library, not
// an executable) shows when the browser is asked for its version.
async function checkRuns({ path, env }: FoundBrowser): Promise<void> {
	if (process.platform === "win32") return; // There it opens a window.
	const options = { env: { ...process.env, ...env }, timeout: TIMEOUT_MS };
	await new Promise<void>((resolve, reject) => {
		execFile(path, ["--version"], options, (error, _stdout, stderr) => {
			if (!error) return resolve();
			reject(new Error(stderr.trim().split("\n").at(-1) || error.message));
		});
	});
}

/** Asks a page for its adapter. It must be served: about:blank has no WebGPU. */
async function probeAdapter(browser: Browser): Promise<AdapterIdentity> {
	const server = createServer((_request, response) => {
		response.setHeader("content-type", "text/html");
		response.end("<!doctype html><title>WebGPU probe</title>");
	});
	try {
		await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
		const { port } = server.address() as AddressInfo;
		const page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${port}/`);
		const found = await withTimeout("WebGPU did not answer", () =>
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

async function withTimeout<T>(
	message: string,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const controller = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			controller.abort();
			reject(new Error(`${message} within ${TIMEOUT_MS / 1000} seconds`));
		}, TIMEOUT_MS);
	});
	try {
		return await Promise.race([work(controller.signal), late]);
	} finally {
		clearTimeout(timer);
	}
}

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);
