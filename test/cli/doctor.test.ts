import { describe, expect, test } from "vitest";
import { availableDrivers } from "../../src/cli/node-gpu.ts";
import { absent } from "../gpu.ts";
import { folder, start, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const KERNELS = ["conv2d", "conv2dInputGrad", "conv2dWeightGrad"];

test("doctor on Chrome: adapter, features, limits and kernels held to the CPU", async () => {
	const { code, stdout, stderr } = await wgrad(
		...["doctor", "--runtime", "chrome", "--json"],
	);
	expect(stderr).toMatch(/Browser: .*Chrome\/\d+/);
	const { runtimes } = JSON.parse(stdout);
	expect(runtimes).toHaveLength(1);
	const [{ adapter, features, limits, checks }] = runtimes;
	expect(adapter).toMatch(/\w/);
	expect(features).toBeInstanceOf(Array);
	expect(limits.maxBufferSize).toBeGreaterThan(2 ** 27);
	const named = checks.map(({ op }: { op: string }) => op);
	expect(named).toEqual(expect.arrayContaining(KERNELS));
	for (const { error, ok } of checks) {
		expect(ok).toBe(true);
		// An error of exactly 0 would mean that nothing was compared.
		expect(error).toBeGreaterThan(0);
		expect(error).toBeLessThan(1e-5);
	}
	expect(code).toBe(0);
});

test("doctor without a browser tells the next step, exit code 4", async () => {
	const run = start(["doctor", "--runtime", "chrome"], {
		PUPPETEER_EXECUTABLE_PATH: `${folder}/none`,
	});
	const { code, stdout } = await run.ended;
	expect(stdout).toContain("Headless Chrome: no WebGPU");
	expect(stdout).toContain("PUPPETEER_EXECUTABLE_PATH: no such file");
	expect(code).toBe(4);
});

test("doctor without a driver for Node, exit code 4", async () => {
	const run = start(["doctor", "--runtime", "node", "--json"], {
		VK_DRIVER_FILES: `${folder}/none.json`,
	});
	const { code, stdout } = await run.ended;
	expect(JSON.parse(stdout).runtimes[0].problem).toContain("No WebGPU in Node");
	expect(code).toBe(4);
});

describe("Node runtime", async () => {
	for (const { name, env, reason } of await availableDrivers()) {
		if (reason !== undefined) {
			absent(name, reason);
			continue;
		}
		test(`doctor on ${name}`, async () => {
			const run = start(["doctor", "--runtime", "node", "--json"], env);
			const { code, stdout } = await run.ended;
			const [{ adapter, checks }] = JSON.parse(stdout).runtimes;
			const kind = { swiftshader: /swiftshader/i, lavapipe: /llvmpipe/i };
			expect(adapter).toMatch(kind[name]);
			expect(checks.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
			expect(code).toBe(0);
		});
	}
});
