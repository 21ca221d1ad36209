import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { getInstalledBrowsers } from "@puppeteer/browsers";
import { unpackChromium } from "./chromium-package.ts";
import { DeviceError } from "./device-error.ts";

/** A browser on this machine and how it was found. */
export interface FoundBrowser {
	path: string;
	source:
		| "PUPPETEER_EXECUTABLE_PATH"
		| "installed"
		| "Puppeteer's cache"
		| "@sparticuz/chromium";
	/** A headless-only build, which is started with the old `--headless`. */
	shell: boolean;
	/** To be set for the browser process only. */
	env: Record<string, string>;
}

/** What to tell a user whose machine has no browser that can be used. */
export const BROWSER_HELP =
	"Install one with `npx puppeteer browsers install chrome`, or set PUPPETEER_EXECUTABLE_PATH to a Chrome, Chromium or Edge.";

/**
 * Yields the browsers on this machine, preferred first. Lazy, because reaching
 * the last one (the npm package) may unpack it.
 */
export async function* findBrowsers(): AsyncGenerator<FoundBrowser> {
	const named = process.env.PUPPETEER_EXECUTABLE_PATH;
	if (named) {
		if (!existsSync(named))
			throw new DeviceError(
				`PUPPETEER_EXECUTABLE_PATH: no such file ${named}; correct or unset it.`,
			);
		yield found(named, "PUPPETEER_EXECUTABLE_PATH");
		return; // The user's choice is not replaced behind their back.
	}
	for (const path of installedPaths()) yield found(path, "installed");
	for (const path of await cachedPaths())
		yield found(path, "Puppeteer's cache");
	const unpacked = await unpackChromium();
	if (unpacked)
		yield {
			path: unpacked.path,
			source: "@sparticuz/chromium",
			shell: true,
			env: unpacked.env,
		};
}

/** The browser that would be tried first, or undefined when there is none. */
export async function findBrowser(): Promise<FoundBrowser | undefined> {
	for await (const browser of findBrowsers()) return browser;
	return undefined;
}

/** Folders of the installed browsers, where SwiftShader's driver lies too. */
export async function installedBrowserFolders(): Promise<string[]> {
	// Debian's and Chrome's commands are scripts in /usr/bin beside nothing.
	const packaged = ["/usr/lib/chromium", "/opt/google/chrome"];
	const paths = [
		process.env.PUPPETEER_EXECUTABLE_PATH,
		...installedPaths(),
		...(await cachedPaths()),
	];
	return [
		...paths
			.filter((path) => path !== undefined && existsSync(path))
			.map((path) => dirname(realpathSync(path as string))),
		...packaged,
	];
}

function found(path: string, source: FoundBrowser["source"]): FoundBrowser {
	const shell = basename(path).startsWith("chrome-headless-shell");
	return { path, source, shell, env: {} };
}

function installedPaths(): string[] {
	const paths =
		process.platform === "darwin"
			? macPaths()
			: process.platform === "win32"
				? windowsPaths()
				: linuxPaths();
	return paths.filter((path) => existsSync(path));
}

function linuxPaths(): string[] {
	const names = [
		"google-chrome-stable",
		"google-chrome",
		"chromium",
		"chromium-browser",
		"microsoft-edge-stable",
		"microsoft-edge",
	];
	const folders = [
		...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
		"/opt/google/chrome",
		"/snap/bin",
	];
	const paths = names.flatMap((name) => folders.map((dir) => join(dir, name)));
	return [...new Set(paths)];
}

function macPaths(): string[] {
	const apps = ["Google Chrome", "Chromium", "Microsoft Edge"];
	return apps.flatMap((app) =>
		["/Applications", join(homedir(), "Applications")].map((folder) =>
			join(folder, `${app}.app`, "Contents", "MacOS", app),
		),
	);
}

function windowsPaths(): string[] {
	const roots = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"]
		.map((name) => process.env[name])
		.filter((root) => root !== undefined);
	const programs = [
		["Google", "Chrome", "Application", "chrome.exe"],
		["Chromium", "Application", "chrome.exe"],
		["Microsoft", "Edge", "Application", "msedge.exe"],
	];
	return programs.flatMap((parts) => roots.map((root) => join(root, ...parts)));
}

async function cachedPaths(): Promise<string[]> {
	const cacheDir =
		process.env.PUPPETEER_CACHE_DIR || join(homedir(), ".cache", "puppeteer");
	const installed = await getInstalledBrowsers({ cacheDir });
	return installed
		.filter(({ browser }) => browser.startsWith("chrom"))
		.filter(({ browser }) => browser !== "chromedriver")
		.map(({ executablePath }) => executablePath)
		.filter((path) => existsSync(path));
}
