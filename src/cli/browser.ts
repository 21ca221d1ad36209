import { type ExecFileException, execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";
import { createProfile, killBrowser, type Profile } from "./browser-profile.ts";
import { DeviceError } from "./device-error.ts";
import {
	BROWSER_HELP,
	type FoundBrowser,
	findBrowsers,
} from "./find-browser.ts";
import { type AdapterIdentity, probeAdapter } from "./probe-adapter.ts";
import { withTimeout } from "./timeout.ts";

export { type FoundBrowser, findBrowser } from "./find-browser.ts";
export type { AdapterIdentity } from "./probe-adapter.ts";

/** The kind of WebGPU adapter that the browser is started for. */
export type GpuMode = "software" | "hardware";

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
const VERSION_TIMEOUT_MS = 20_000;
const START_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * Starts a headless browser with WebGPU: the first one found that has an
 * adapter of the wanted kind. "auto" prefers a real GPU where one seems
 * present. Throws DeviceError naming what was tried and the next step.
 */
export async function launchBrowser(options: {
	gpu: "auto" | GpuMode;
	/** Gets one-sentence notes, e.g. that the sandbox could not start. */
	log?: (note: string) => void;
	/** Further flags for its command line. */
	flags?: readonly string[];
}): Promise<LaunchedBrowser> {
	const { log = () => {}, flags = [] } = options;
	const problems: string[] = [];
	for await (const found of findBrowsers()) {
		for (const mode of modesToTry(options.gpu)) {
			try {
				const launched = await launchWith(found, mode, log, flags);
				for (const problem of problems) log(`Not used: ${problem}`);
				return launched;
			} catch (error) {
				problems.push(`${found.path} (${mode} WebGPU): ${messageOf(error)}`);
			}
		}
	}
	throw new DeviceError(failure(options.gpu, problems));
}

function failure(gpu: "auto" | GpuMode, problems: string[]): string {
	if (problems.length === 0) return `No browser found. ${BROWSER_HELP}`;
	const kind = gpu === "auto" ? "WebGPU" : `${gpu} WebGPU`;
	const help = process.env.PUPPETEER_EXECUTABLE_PATH
		? "PUPPETEER_EXECUTABLE_PATH names this browser: set it to another or unset it."
		: gpu === "hardware"
			? "Check the GPU's driver, or use software WebGPU."
			: BROWSER_HELP;
	return `No browser with ${kind} started.\n  ${problems.join("\n  ")}\n${help}`;
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
	flags: readonly string[],
): Promise<LaunchedBrowser> {
	await checkRuns(found);
	const profile = await createProfile();
	let browser: Browser | undefined;
	try {
		browser = await startBrowser(found, mode, profile.folder, log, flags);
		profile.removeOnExit(browser);
		const adapter = await probeAdapter(browser);
		if (mode === "hardware" && adapter.software)
			throw new Error("only a software adapter");
		const { path, source } = found;
		const version = await browser.version();
		const close = closeOnce(browser, profile);
		return { browser, path, source, version, mode, adapter, close };
	} catch (error) {
		if (browser) await endBrowser(browser);
		await profile.remove();
		throw error;
	}
}

function closeOnce(browser: Browser, profile: Profile): () => Promise<void> {
	let closing: Promise<void> | undefined;
	return () => {
		closing ??= endBrowser(browser).then(() => profile.remove());
		return closing;
	};
}

/** Ends the browser, by force when it (a hung GPU process) does not obey. */
async function endBrowser(browser: Browser): Promise<void> {
	try {
		await withTimeout(CLOSE_TIMEOUT_MS, "the browser did not close", () =>
			browser.close(),
		);
	} catch {
		killBrowser(browser);
	}
}

async function startBrowser(
	found: FoundBrowser,
	mode: GpuMode,
	userDataDir: string,
	log: (note: string) => void,
	flags: readonly string[],
): Promise<Browser> {
	const start = (sandboxFlags: string[]) =>
		withTimeout(START_TIMEOUT_MS, "the browser did not start", (signal) =>
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
					...flags,
				],
			}),
		);
	const isRoot = process.getuid?.() === 0;
	try {
		return await start(isRoot ? ["--no-sandbox"] : []);
	} catch (error) {
		if (isRoot || process.platform !== "linux") throw error;
		// Many containers, and Ubuntu's AppArmor, forbid what it is made of.
		const browser = await start(["--no-sandbox"]);
		log(
			`${found.path}: its sandbox cannot start here, so it runs with --no-sandbox; it opens only pages that wgrad serves.`,
		);
		return browser;
	}
}

// Of a browser that cannot even run (a missing library, not an executable)
// Puppeteer only says that the pipe closed; asked for its version it says why.
async function checkRuns({ path, env }: FoundBrowser): Promise<void> {
	if (process.platform === "win32") return; // There it opens a window.
	const options = {
		env: { ...process.env, ...env },
		timeout: VERSION_TIMEOUT_MS,
	};
	await new Promise<void>((resolve, reject) => {
		execFile(path, ["--version"], options, (error, _stdout, stderr) => {
			if (!error) return resolve();
			const said = stderr.trim().split("\n").at(-1);
			reject(new Error(`does not run (${said || reasonOf(error)})`));
		});
	});
}

function reasonOf(error: ExecFileException): string {
	if (error.killed) return "no answer to --version";
	if (typeof error.code === "number") return `exit code ${error.code}`;
	return error.message;
}

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);
