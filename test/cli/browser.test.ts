import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	afterAll,
	afterEach,
	beforeAll,
	describe,
	expect,
	test,
	vi,
} from "vitest";
import {
	findBrowser,
	type LaunchedBrowser,
	launchBrowser,
} from "../../src/cli/browser.ts";
import { unpackChromium } from "../../src/cli/chromium-package.ts";
import { DeviceError } from "../../src/cli/device-error.ts";
import { doubled } from "./doubled.ts";
import { errorWithout, hasBrowserAtFixedPlace } from "./without-packages.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-browser-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

describe("a launched browser", () => {
	let launched: LaunchedBrowser;
	beforeAll(async () => {
		launched = await launchBrowser({ gpu: "software" });
	});
	afterAll(() => launched?.close());

	test("says what it is", () => {
		expect(launched.mode).toBe("software");
		expect(launched.adapter).toMatchObject({
			vendor: "google",
			architecture: "swiftshader",
			software: true,
		});
		expect(launched.version).toMatch(/Chrome\/\d+/);
		expect(existsSync(launched.path)).toBe(true);
	});

	test("computes on the GPU in a page and in its worker", async () => {
		const server = createServer((_request, response) => {
			response.setHeader("content-type", "text/html");
			response.end("<!doctype html><title>test</title>");
		});
		await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
		const { port } = server.address() as AddressInfo;
		const page = await launched.browser.newPage();
		await page.goto(`http://127.0.0.1:${port}/`);
		expect(await page.evaluate(doubled)).toEqual([0, 2, 4, 6]);
		// Handed over as text, since the worker's script must stand alone.
		const script = `(${doubled})().then((a) => postMessage(a))`;
		const inWorker = await page.evaluate(
			(source) =>
				new Promise((done) => {
					const blob = new Blob([source], { type: "text/javascript" });
					const worker = new Worker(URL.createObjectURL(blob));
					worker.onmessage = ({ data }) => done(data);
				}),
			script,
		);
		expect(inWorker).toEqual([0, 2, 4, 6]);
		server.closeAllConnections();
		server.close();
	});

	test("closes twice and leaves nothing behind", async () => {
		const pid = launched.browser.process()?.pid as number;
		expect(profilesOf(process.pid)).toHaveLength(1);
		await launched.close();
		await launched.close();
		expect(profilesOf(process.pid)).toEqual([]);
		expect(await ends(pid)).toBe(true);
	});
});

describe.skipIf(process.platform === "win32")("a killed process", () => {
	test.each([
		["SIGTERM", []],
		["SIGINT", []],
		// Nothing can run then; the next launch a day later removes the folder.
		["SIGKILL", [expect.any(String)]],
	] as const)("by %s takes its browser along", async (signal, profiles) => {
		const script = fileURLToPath(
			new URL("./launch-and-wait.ts", import.meta.url),
		);
		const child = spawn(process.execPath, ["--import", "tsx", script], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const [printed] = await once(child.stdout, "data");
		child.kill(signal);
		const [, endedBy] = await once(child, "exit");
		expect(endedBy).toBe(signal);
		expect(await ends(Number(printed))).toBe(true);
		const left = profilesOf(child.pid as number);
		expect(left).toEqual(profiles);
		for (const path of left) rmSync(path, { recursive: true });
	});
});

describe("PUPPETEER_EXECUTABLE_PATH", () => {
	const launchNamed = (path: string) => {
		vi.stubEnv("PUPPETEER_EXECUTABLE_PATH", path);
		return launchBrowser({ gpu: "software" });
	};
	const script = (name: string, text: string) => {
		const path = join(folder, name);
		writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
		return path;
	};

	test("naming no file", async () => {
		const error = await launchNamed(join(folder, "none")).catch((e) => e);
		expect(error).toBeInstanceOf(DeviceError);
		expect(error.exitCode).toBe(4);
		expect(error.message).toMatch(
			/^PUPPETEER_EXECUTABLE_PATH: no such file .*none; correct or unset it\.$/,
		);
	});

	test.skipIf(process.platform === "win32")(
		"naming what does not run: the reason is its own",
		async () => {
			const path = script("broken", "echo libnss3.so: not found >&2; exit 127");
			await expect(launchNamed(path)).rejects.toThrow(
				/broken \(software WebGPU\): does not run \(libnss3\.so: not found\)\nPUPPETEER_EXECUTABLE_PATH names this browser/,
			);
		},
	);

	test.skipIf(process.platform === "win32")(
		"naming what is no browser",
		async () => {
			const path = script("other", "exit 0");
			await expect(launchNamed(path)).rejects.toThrow(/No browser with soft/);
			expect(profilesOf(process.pid)).toEqual([]);
		},
	);

	test.skipIf(process.platform === "win32")(
		"naming a wrapper script of a browser",
		async () => {
			const found = await findBrowser();
			const env = Object.entries(found?.env ?? {}).map((e) => e.join("="));
			const command = ["exec env", ...env, found?.path].join(" ");
			const launched = await launchNamed(script("wrapper", `${command} "$@"`));
			expect(launched.path).toBe(join(folder, "wrapper"));
			expect(launched.source).toBe("PUPPETEER_EXECUTABLE_PATH");
			await launched.close();
		},
	);
});

test("hardware WebGPU is real or refused", async () => {
	const launched = await launchBrowser({ gpu: "hardware" }).catch((e) => e);
	if (launched instanceof DeviceError) {
		expect(launched.message).toMatch(/^No browser with hardware WebGPU/);
	} else {
		expect(launched.adapter.software).toBe(false);
		await launched.close();
	}
});

test.skipIf(hasBrowserAtFixedPlace)(
	"without any browser the error tells the next step",
	async () => {
		const error = await errorWithout(mkdtempSync(join(folder, "none-")), {
			module: "src/cli/browser.ts",
			call: 'launchBrowser({ gpu: "auto" })',
			packages: ["puppeteer-core", "@puppeteer/browsers"],
		});
		expect(error.exitCode).toBe(4);
		expect(error.message).toMatch(
			/^No browser found\. .*npx puppeteer browsers install chrome.*PUPPETEER_EXECUTABLE_PATH/,
		);
	},
);

describe.skipIf(hasBrowserAtFixedPlace)("without one named", () => {
	const place = (path: string) => {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, "", { mode: 0o755 });
		return path;
	};

	test("an installed browser comes before Puppeteer's", async () => {
		const installed = place(join(folder, "bin", "chromium"));
		const build = join("chrome", "linux-147.0.7727.0", "chrome-linux64");
		const cached = place(join(folder, "cache", build, "chrome"));
		vi.stubEnv("PUPPETEER_CACHE_DIR", join(folder, "cache"));
		vi.stubEnv("PATH", dirname(installed));
		expect(await findBrowser()).toMatchObject({
			path: installed,
			source: "installed",
		});
		vi.stubEnv("PATH", "");
		expect(await findBrowser()).toMatchObject({
			path: cached,
			source: "Puppeteer's cache",
		});
	});
});

test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
	"processes that unpack Chromium at once get one whole copy",
	async () => {
		vi.stubEnv("XDG_CACHE_HOME", folder);
		const copies = await Promise.all([unpackChromium(), unpackChromium()]);
		expect(copies[1]).toEqual(copies[0]);
		const names = readdirSync(join(folder, "wgrad"));
		expect(names).toEqual([expect.stringMatching(/^chromium-\d/)]);
		const files = readdirSync(copies[0]?.folder as string);
		expect(files).toEqual(
			expect.arrayContaining([
				"al2023",
				"chromium",
				"libvk_swiftshader.so",
				"libvulkan.so.1",
				"vk_swiftshader_icd.json",
			]),
		);
	},
);

function profilesOf(pid: number): string[] {
	return readdirSync(tmpdir())
		.filter((name) => name.startsWith(`wgrad-profile-${pid}-`))
		.map((name) => join(tmpdir(), name));
}

/** True when the process is gone within five seconds. */
async function ends(pid: number): Promise<boolean> {
	for (let tries = 0; tries < 100; tries++) {
		if (!isRunning(pid)) return true;
		await new Promise((wake) => setTimeout(wake, 50));
	}
	return false;
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	if (process.platform !== "linux") return true;
	// A container's first process may leave the dead unburied.
	try {
		readlinkSync(`/proc/${pid}/exe`);
		return true;
	} catch {
		return false;
	}
}
