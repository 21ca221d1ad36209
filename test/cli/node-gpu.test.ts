import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { availableDrivers, nodeGpu } from "../../src/cli/node-gpu.ts";
import { absent } from "../gpu.ts";
import { doubled } from "./doubled.ts";
import { errorWithout, hasBrowserAtFixedPlace } from "./without-packages.ts";

const identities = {
	swiftshader: { vendor: "google", architecture: "swiftshader" },
	lavapipe: { vendor: "mesa", architecture: "software" },
};
const drivers = await availableDrivers();
const folder = mkdtempSync(join(tmpdir(), "wgrad-node-gpu-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Twice over: one process can go from driver to driver and back.
for (const round of ["first", "again"]) {
	describe(round, () => {
		for (const { name, reason } of drivers) {
			if (reason !== undefined) {
				absent(name, reason);
				continue;
			}
			test(`${name} computes`, async () => {
				const { gpu, globals } = await nodeGpu({ driver: name });
				Object.assign(globalThis, globals);
				const adapter = await gpu.requestAdapter();
				expect(adapter?.info).toMatchObject(identities[name]);
				expect(await doubled(gpu)).toEqual([0, 2, 4, 6]);
			});
		}
	});
}

describe.skipIf(process.platform !== "linux")("VK_DRIVER_FILES", () => {
	const swiftshader = drivers.find(({ name }) => name === "swiftshader")?.env;

	test.skipIf(!swiftshader)("chosen by the user is kept", async () => {
		const said = await inProcess({ ...swiftshader });
		expect(said).toBe("swiftshader");
	});

	test("that names no driver is an error, not replaced", async () => {
		const said = await inProcess({ VK_DRIVER_FILES: join(folder, "none") });
		expect(said).toMatch(
			/^No WebGPU in Node\.\n {2}system: the driver gives no WebGPU adapter\n.*runtime chrome/,
		);
		expect(said).not.toMatch(/swiftshader/);
	});
});

test("without npm's webgpu the error tells what to install", async () => {
	const error = await errorWithout(mkdtempSync(join(folder, "a-")), {
		module: "src/cli/node-gpu.ts",
		call: "nodeGpu()",
		packages: ["@puppeteer/browsers"],
	});
	expect(error).toEqual({
		exitCode: 4,
		message:
			"The Node runtime needs the npm package webgpu: run `npm i webgpu`, or use the runtime chrome.",
	});
});

test.skipIf(hasBrowserAtFixedPlace)(
	"without a browser there is no SwiftShader, and the error says so",
	async () => {
		const error = await errorWithout(mkdtempSync(join(folder, "b-")), {
			module: "src/cli/node-gpu.ts",
			call: 'nodeGpu({ driver: "swiftshader" })',
			packages: ["@puppeteer/browsers", "webgpu"],
		});
		expect(error.exitCode).toBe(4);
		expect(error.message).toMatch(/swiftshader: .*comes with Chrome/);
	},
);

/** The adapter or the error of nodeGpu() in a process with these variables. */
async function inProcess(env: Record<string, string>): Promise<string> {
	const module = new URL("../../src/cli/node-gpu.ts", import.meta.url).href;
	const script = `
		const { nodeGpu } = await import(${JSON.stringify(module)});
		let said;
		try {
			const { gpu } = await nodeGpu();
			said = (await gpu.requestAdapter()).info.architecture;
		} catch ({ message }) { said = message; }
		process.stdout.write(said, () => process.exit(0));`;
	const { stdout } = await promisify(execFile)(
		process.execPath,
		["--import", "tsx", "--input-type=module", "--eval", script],
		{ env: { ...process.env, ...env } },
	);
	return stdout;
}
